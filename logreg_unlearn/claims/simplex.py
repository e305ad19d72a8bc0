"""Claims about unlearning one context, with its distribution over labels as the parameter."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SETTING = (
    r"One context with $K$ labels, no ridge; $r$, $q$ the distributions of its retained and "
    r"forgotten labels, $\rho$ its share of the forget set over its share in the retain set, "
    r"$f=n_F/n$; cross-entropy, so $\pi_R=r$ and $\pi_D=\frac{(1-f)r+f\rho q}{1-f+f\rho}$; natural "
    r"gradient (Fisher's metric), time in units of the retain share. "
)
_SOURCE = "beyond the paper; replicator dynamics of next tokens as in arXiv 2508.21186"

CLAIMS = (
    Claim(
        slug="replicator_descent_ascent",
        stem="simplex",
        source=_SOURCE,
        statement=(
            _SETTING + r"Descent–ascent is the replicator flow of the payoff $\frac r\pi-\rho\frac "
            r"q\pi$, and **linear**: $\dot\pi=(r-\rho q)-(1-\rho)\pi$. From the original, $\pi=r+"
            r"\theta(q-r)$ with $\theta(t)=\frac\rho{1-\rho}\bigl(e^{(1-\rho)(T-t)}-1\bigr)$, "
            r"$T=-\frac{\ln(1-f(1-\rho))}{1-\rho}$ ($\rho=1$: $\theta=f-t$, $T=f$). It passes "
            r"exactly through the oracle at $T>0$ and, if $\rho>0$ and $q\ne r$, goes on beyond, "
            r"as long as it is on the simplex. Under the plain gradient in the logits it is not "
            r"linear, and with $K\ge3$ it leaves this line in general."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="replicator_end",
        stem="simplex",
        source=_SOURCE,
        statement=(
            _SETTING + r"$q\ne r$, $\rho>0$. Descent–ascent's loss is bounded below on the simplex "
            r"if and only if every class lift $\rho q_k/r_k\le1$ (classes with $r_k=q_k=0$ aside); "
            r"then $\rho<1$, $\pi\to\frac{r-\rho q}{1-\rho}$, and that is farther from the oracle "
            r"than the original, in any norm, if and only if $\rho>1-\frac1{2f}$: always for $f\le"
            r"\frac12$. Otherwise the flow hits a face, with loss $-\infty$, after it passed the "
            r"oracle at $T$: that of the class with the largest $\ell=q_k/r_k$, whatever $\rho$, "
            r"$f$, at the time $T+\frac1{1-\rho}\ln\frac{\rho(\ell-1)}{\rho\ell-1}$ ($\rho=1$: "
            r"$T+\frac1{\ell-1}$; $r_k=0$: $T$). For $q=r$ it rests at the oracle."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("replicator_descent_ascent",),
    ),
    Claim(
        slug="one_natural_step",
        stem="simplex",
        source=_SOURCE,
        statement=(
            _SETTING + r"Counts may be smoothed: $-\frac\varsigma K\sum_k\ln\pi_k$ is added to the "
            r"retain loss and to the forget loss, $\varsigma\ge0$, so descent–ascent ascends it. "
            r"One step of descent–ascent from the original, $\pi_D+\eta[(r-\rho q)-(1-\rho)\pi_D]$ "
            r"(linear multiplicative weights), is the oracle **exactly** if $\eta=\frac f{1+"
            r"\varsigma}$, in all contexts at once, whatever $r,q,\rho,K$; for $\pi_D\ne\pi_R$ at "
            r"no other size, as $1-\eta\frac{1+\varsigma}f$ of the way is left. The direction of "
            r"descent–ascent is right; its length is the forgotten fraction. The flow stopped at "
            r"that time leaves the part $\frac{e^{-x}-1+x}x$, $x=\frac{f(1-\rho)}{1+\varsigma}$, "
            r"between $0$ and $\frac x2$ for $\rho<1$ and asymptotically $\frac x2$ for small $x$; "
            r"for $\rho>1$ it has passed the oracle."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("replicator_descent_ascent",),
    ),
    Claim(
        slug="smoothed_counts_threshold",
        stem="simplex",
        source="beyond the paper",
        statement=(
            r"One context as in `one_natural_step`, its forgotten labels distributed like the "
            r"retained ones ($q=r$, not uniform); $-\frac\varsigma K\sum_k\ln\pi_k$, "
            r"$\varsigma>0$, is added to the loss of the oracle, of the original and of "
            r"descent–ascent, as a ridge is. The minimisers are $\frac{cr+\varsigma/K}{c+"
            r"\varsigma}$ with $c=1$, $1-f(1-\rho)$, $1-\rho$. Descent–ascent ends farther from "
            r"the oracle than the original, in any norm, if and only if $\rho>\frac f{1+f}$, "
            r"whatever $K$, $r$ and $\varsigma$: the ratio is $\frac{\rho}{f|1-\rho|}\cdot\frac{1-"
            r"f(1-\rho)+\varsigma}{1-\rho+\varsigma}$. It is unbounded below where "
            r"$(\rho-1)r_k\ge\frac\varsigma K$ for a class."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="temperature_is_time",
        stem="simplex",
        source=_SOURCE,
        statement=(
            r"The natural-gradient ascent of $a\cdot\pi+\tau H(\pi)$ on the simplex ($H$ the "
            r"entropy, $a$ constant, $\tau\ge0$) from an interior point has $\ln\pi(t)=e^{-\tau t}"
            r"\ln\pi(0)+\frac{1-e^{-\tau t}}\tau a+\mathrm{const}$. For $\tau>0$ it tends to "
            r"$\mathrm{softmax}(a/\tau)$. For $\tau=0$, the replicator equation, $\pi(t)\propto"
            r"\pi(0)e^{ta}$: $n$ steps of (exponential) multiplicative weights of size "
            r"$t/n$ are the flow exactly; a temperature of the payoff is a clock, $a/T$ for time "
            r"$t$ being $a$ for "
            r"time $t/T$; and the limit is no softmax but $\pi(0)$ conditioned on the classes of "
            r"greatest payoff."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="face_restriction",
        stem="simplex",
        source=_SOURCE,
        statement=(
            _SETTING + r"The replicator flow of payoff $-1$ on a set $A$ of classes and $0$ on the "
            r"others, from any $\pi(0)$ with $\theta_0=\pi(0)(A)<1$: $\pi(t)(A)=\frac{\theta_0"
            r"e^{-t}}{1-\theta_0+\theta_0e^{-t}}$, and within $A$, as within the others, ratios "
            r"never change. The limit is $\pi(0)$ conditioned on the classes off $A$: the mask of "
            r"top-$k$ or nucleus sampling. From the original ($\rho>0$) it is the oracle if and "
            r"only if $r(A)=0$ and $q$ is a multiple of $r$ off $A$ (as it is when all forgotten "
            r"labels lie in $A$)."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("temperature_is_time",),
    ),
)
