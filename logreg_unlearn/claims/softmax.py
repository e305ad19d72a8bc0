"""Claims about more than two classes."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_BLOCK = (
    r"Softmax loss, $K\ge2$ classes, one block (a coordinate that is $1$ in it and $0$ elsewhere), "
    r"mean convention, any ridge; $u$ the block's logits, $e=\mathbf1/K$, $s=p/\lambda>0$. "
)
_ONE_LABEL = _BLOCK + r"All its samples have the label $k$. "
_SOURCE = "beyond the paper"

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
            r"wrong class**, of probability $b/\sigma$, which tends to $1$. Which one, a trace of "
            r"label noise decides: the flow from the original itself stays symmetric."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("softmax_minimiser",),
    ),
)
