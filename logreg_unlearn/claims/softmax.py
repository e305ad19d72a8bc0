"""Claims about more than two classes."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_BLOCK = (
    r"Softmax loss, $K\ge2$ classes, one block (samples that are $1$ in a coordinate in which all "
    r"others are $0$, and $0$ in the rest), mean convention, any ridge; "
    r"$u$ the block's logits, $e=\mathbf1/K$, $s=p/\lambda>0$. "
)
_ONE_LABEL = _BLOCK + r"All its samples have the label $k$. "
_SOURCE = "beyond the paper"
_IDENTITY = {"figure": "identities and a bound: the tests compare the numbers"}

CLAIMS = (
    Claim(
        slug="softmax_minimiser",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _ONE_LABEL + r"$m(e^m+K-1)$ has slope at least $K-1-e^{-2}>0$, attained at $m=-2$, so "
            r"its inverse $G_K$ is increasing on $\mathbb R$ ($G_2=G$). Logits $u=m(e_k-e)$, "
            r"of norm $|m|\sqrt{(K-1)/K}$, are stationary for the oracle, the original and "
            r"descent–ascent exactly at $m=G_K(Kt)$ with $t=s$, $s(1+f(\rho-1))$ and $s(1-\rho)$. "
            r"For the oracle, the original and, if $\rho\le1$, descent–ascent this is the global "
            r"minimiser and the only stationary point; if $\rho>1$, descent–ascent has no other "
            r"stationary point in which all wrong classes are alike."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="softmax_harm_threshold",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _ONE_LABEL + r"**Every** stationary point $u$ of descent–ascent, for every $K$: "
            r"$\|u-u_R\|>\|u_D-u_R\|$ if and only if $\rho>\frac f{1+f}$, equal at equality. "
            r"For $\rho=1+\delta>1$, in units of $\|e_k-e\|$: the original is closer than "
            r"$fs\delta$, and every stationary point farther than $m_R+s\delta$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("softmax_minimiser",),
    ),
    Claim(
        slug="softmax_symmetry_breaking",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _ONE_LABEL + r"$K\ge3$, $\rho>1$, $\sigma=s(\rho-1)$; descent–ascent's objective over "
            r"$\lambda$. The symmetric point $u=m(e_k-e)$, $m=G_K(-K\sigma)$, is a strict minimum "
            r"for $\sigma<K-1+e^{-K}$ (where $m=-K$), and beyond it a saddle whose negative second "
            r"derivatives are $1+\frac mK$, $K-2$ times. At any stationary point the logit of each "
            r"wrong class is $-W_0(-\sigma/Z)<1$ or $-W_{-1}(-\sigma/Z)>1$, $Z=\sum e^{u_j}$ (or "
            r"$1$), and a minimum has at most one above $1$. The points with exactly one, $b$, the "
            r"others $a$ and the label's $-c$, are the curve $a=\frac d{e^d-1}$, $b=ae^d$, "
            r"$c=b+(K-2)a$, $\sigma=c+be^{-b-c}$, $d>0$. It starts at the symmetric point at "
            r"$\sigma=K-1+e^{-K}$: for $K=3$ with $\sigma$ increasing all along it; for $K\ge4$ "
            r"with $\sigma$ decreasing first, so broken points exist before the symmetry is lost. "
            r"Beyond $K-1+e^{-K}$ every global minimum is broken: descent–ascent **makes up a "
            r"wrong class**, of probability $b/\sigma$, which tends to $1$ as $\sigma\to\infty$; "
            r"by "
            r"symmetry any of them."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("softmax_minimiser",),
        measured=(
            r"The first broken minimum appears, and is as low as the symmetric point, at "
            r"$\sigma=2.7663$ and $2.7930$ for $K=4$ (symmetry lost at $3.0183$), $3.5708$ and "
            r"$3.7027$ for $6$ ($5.0025$), $4.4161$ and $4.7543$ for $10$ ($9.0000$). A trace of "
            r"label noise decides which class is made up: $K=4$, $s=4$, $\rho=2$, $f=0.2$, one in "
            r"a thousand retained samples labelled 1: class 1 has the probability $0.112$ in the "
            r"oracle and $0.954$ at the end of descent–ascent."
        ),
    ),
    Claim(
        slug="softmax_early_stopping",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _ONE_LABEL + r"The gradient flow of descent–ascent from the original stays on the ray "
            r"$u=m(e_k-e)$ and is monotone there, with the phases of two classes "
            r"(`early_stopping_phases`). $\rho<\frac f{1+f}$: it approaches the oracle and never "
            r"passes. $\rho=\frac f{1+f}$: it does not move. $\frac f{1+f}<\rho\le1$: it recedes "
            r"from the first instant. $\rho>1$: it passes exactly through the oracle at $\lambda "
            r"T=\int_1^{1+f(\rho-1)}\frac{dc}{(1+h(m_c))(c+\rho-1)}$, $m_c=G_K(Ksc)$, "
            r"$h(m)=\frac{me^m}{e^m+K-1}$, then recedes and settles at the symmetric point $m<0$, "
            r"a minimum or, beyond $s(\rho-1)=K-1+e^{-K}$, a saddle."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.HOLDS,
        uses=("softmax_minimiser", "softmax_symmetry_breaking"),
    ),
    Claim(
        slug="softmax_vector_closeness",
        stem="softmax",
        source=_SOURCE,
        statement=(
            r"Softmax loss, $K\ge2$ classes, mean convention, any ridge, $d\ge2$ blocks with one "
            r"label each, every forgotten sample in a block with retained ones. At **every** "
            r"stationary point of descent–ascent $\|W_{DA}-W_R\|>\frac1{f\sqrt d}\|W_D-W_R\|$, "
            r"unless $W_D=W_R$; the constant is the best possible for every $K$, approached as for "
            r"two classes (`vector_level_closeness`). So with $f\le1/\sqrt d$ descent–ascent "
            r"always ends farther from the oracle than the original."
        ),
        kind=Kind.LOWER,
        verdict=Verdict.HOLDS,
        uses=("softmax_harm_threshold", "vector_level_closeness"),
    ),
    Claim(
        slug="softmax_derivatives",
        stem="softmax",
        source=_SOURCE,
        statement=(
            r"The loss of a sample, $\ell(u)=\log\sum_je^{u_j}-y\cdot u$, $u=Wx$, $y$ a "
            r"distribution (a corner for a hard label), $\pi=\mathrm{softmax}(u)$. In $u$ its "
            r"gradient is $\pi-y$ and its Hessian $\mathrm{diag}\,\pi-\pi\pi^\top$, so in $W$ (by "
            r"rows) $(\pi-y)x^\top$ and $(\mathrm{diag}\,\pi-\pi\pi^\top)\otimes xx^\top$. "
            r"$0\preceq\mathrm{diag}\,\pi-\pi\pi^\top\preceq\frac12(I-\frac1K\mathbf{11}^\top)$, "
            r"the norm $\frac12$ attained at $\pi=(\frac12,\frac12,0,\dots)$ in the limit (for "
            r"$K=2$ at $u=0$). $|D^3\ell[v,v,h]|\le\mathrm{range}(h)\,D^2\ell[v,v]$ with the best "
            r"constant, and $\mathrm{range}(\Delta Wx)\le\sqrt2\|\Delta W\|_F\|x\|$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        gaps=_IDENTITY,
    ),
    Claim(
        slug="softmax_gauge",
        stem="softmax",
        source=_SOURCE,
        statement=(
            r"$J(W)=\sum_ic_i\,\ell_i(Wx_i+o_i)+\frac\lambda2\|W\|_F^2$, $\lambda>0$, any signs of "
            r"$c$. Every stationary point has $\mathbf1^\top W=0$. Taking the mean row off any $W$ "
            r"changes no loss and lowers the ridge term by $\frac\lambda2K$ times its squared "
            r"norm. $K=2$ is the binary logistic model of ridge $\frac\lambda2$ and $w=W_1-W_2$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        gaps=_IDENTITY,
    ),
    Claim(
        slug="softmax_strong_ridge",
        stem="softmax",
        source=_SOURCE,
        statement=(
            r"$J$ as in `softmax_gauge` without offsets, any signs of $c$, $y_i$ distributions, "
            r"$e=\mathbf1/K$. At every stationary point $\|\lambda "
            r"W-\sum_ic_i(y_i-e)x_i^\top\|_F\le \frac{C_1C_2}{\sqrt2\lambda}$, "
            r"$C_1=\sum|c_i|\|x_i\|$, $C_2=\sum|c_i|\|x_i\|^2$. Hence, with "
            r"$M_S=\mathrm{mean}_S(y-e)x^\top$, for all ridges beyond some strength descent–ascent "
            r"ends farther from the oracle than the original if "
            r"$\|M_F\|>f\|M_F-M_R\|$ and closer if $\|M_F\|<f\|M_F-M_R\|$."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("softmax_derivatives",),
    ),
    Claim(
        slug="exchangeable_threshold",
        stem="softmax",
        source=_SOURCE,
        statement=(
            r"Any convex loss with continuous second derivatives, any number of classes and of "
            r"dimensions, mean convention. If $\bar\ell_F=\rho\bar\ell_R+\mathrm{const}$ as "
            r"functions, "
            r"$0\le\rho\le1$ and $w_R\ne0$, oracle, original and descent–ascent are the points "
            r"$t=1$, $1-f(1-\rho)$, $1-\rho$ of the path of minimisers $w(t)$ of "
            r"$t\bar\ell_R+\frac\lambda2\|w\|^2$, along which $L_R$ falls strictly until $t=1$. So "
            r"the **excess retain risk** $L_R(w)-L_R(w_R)$ of descent–ascent exceeds the "
            r"original's if and only if $\rho>\frac f{1+f}$; equal at equality."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="symmetric_noise_threshold",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _BLOCK
            + r"The label $k$, but with a probability $\nu<1$, the same in $R$ and in $F$, a "
            r"uniformly drawn one instead. Symmetric stationary points are $u=m(e_k-e)$ with $m=t"
            r"(\kappa(m)-\nu)$, $\kappa(m)=\frac K{e^m+K-1}$. At all of them descent–ascent is "
            r"farther from the oracle than the original if and only if $\rho>\frac f{1+f}$; for "
            r"$\rho\le1$ they are the minimisers."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("softmax_minimiser",),
    ),
    Claim(
        slug="mixed_labels_strong_ridge",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _BLOCK
            + r"Label distributions $r$ in $R$ and $q$ in $F$. As $\lambda\to\infty$ the ratio of "
            r"the distances of descent–ascent and of the original from the oracle tends to "
            r"$\frac{\rho\|q-e\|}{f\|\rho(q-e)-(r-e)\|}$ (if the denominator is not $0$). Uniform "
            r"$q$: descent–ascent is the oracle to leading order. At a finite ridge the answer "
            r"depends on it: two classes, $r=e_0$, $q=e_1$, $f=\frac1{10}$, $\rho=\frac9{100}$: "
            r"descent–ascent ends closer at $s=\frac1{10}$ and farther at $s=1$. So no threshold "
            r"in the lift alone survives label noise that differs between $F$ and $R$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("softmax_strong_ridge",),
    ),
    Claim(
        slug="mislabelled_strong_ridge",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _BLOCK + r"All retained samples have the label $k$, all forgotten ones another one. As "
            r"$\lambda\to\infty$ the ratio of distances of `mixed_labels_strong_ridge` exceeds $1$ "
            r"if and only if $\rho^2(1-f^2)-\frac{2f^2\rho}{K-1}>f^2$, that is beyond one lift; "
            r"for $K=2$ beyond $\rho=\frac f{1-f}$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("mixed_labels_strong_ridge",),
        measured=(
            r"At a finite ridge the distances agree at another lift. Two classes, $f=0.1$, "
            r"$s=0.1$, $1$, $10$, $100$: $0.1010$, $0.0570$, $0.0135$, $0.0022$, against $0.1111$ "
            r"in the limit. The binary model of one weight, $s$ its share over its ridge, has "
            r"$0.1058$, $0.0746$, $0.0221$, $0.0039$: it is two classes of half the strength."
        ),
    ),
    Claim(
        slug="equal_mixes_distance",
        stem="softmax",
        source=_SOURCE,
        statement=(
            _BLOCK
            + r"The same label distribution in $R$ and in $F$ ($q=r$, not uniform), $\rho\le1$. "
            r"The three minimisers are the points $t=s$, $s(1-f(1-\rho))$, $s(1-\rho)$ of the path "
            r"$u(t)$ that solves $u=t(r-\pi(u))$, along which the **Euclidean distance** $\|u(s)-"
            r"u(t)\|$ falls strictly on $0\le t\le s$. So descent–ascent ends farther from the "
            r"oracle than the original if and only if $\rho>\frac f{1+f}$, equal at equality, for "
            r"every $K$, $r$ and ridge. At any $t<s$ the classes with more than a share $a^*(t)$ "
            r"rise and the others fall, and from $t$ to $s$ those gain more than a class of share "
            r"$a^*$ would, and these less."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("exchangeable_threshold",),
        measured=(
            r"No bound of the angle between $u'(t)$ and $u(s)-u(t)$ would do: the least cosine "
            r"found by search is $0.73$, $0.61$, $0.51$, $0.43$ for $K=3,4,6,10$ and below "
            r"$0.01$ for a million classes, one of which is likely and most of which hardly ever "
            r"occur. Beyond $\rho=1$, where nothing is proved, all 21,540 stationary points found "
            r"in "
            r"random blocks ($K$ from 2 to 6, $s$ from 0.03 to $10^4$, $\rho-1$ from 0.001 to 100) "
            r"were farther than the original, minima at least 1.58 times and the others 1.03 times."
        ),
    ),
)
