r"""Claims about two correlated groups of samples, and about two nearly parallel samples.

Exponential loss; retained samples $(1, \epsilon)$, forgotten $(\epsilon, 1)$; margins
$x = w_i + \epsilon w_j$, $y = \epsilon w_i + w_j$.
"""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SETTING = (
    r"Retained samples $(1,\epsilon)$, forgotten $(\epsilon,1)$, exponential loss, margins "
    r"$x=w_i+\epsilon w_j$, $y=\epsilon w_i+w_j$, $\alpha=|F_{ij}|/|R_{ij}|>0$, "
    r"$r=|R_{ij}|/(\lambda n_R)$, $f=n_F/n$, $b=r(1-f)$, $k=n_R/n_F=(1-f)/f$, "
    r"$c=2\epsilon/(1+\epsilon^2)$, the cosine of the two directions, $W=W_0$. "
)
_IN_WINDOW = "a bound that enters the window: drawn by detriment_window"

CLAIMS = (
    Claim(
        slug="oracle_closed_form",
        stem="cross_dimensional",
        source="paper, Lemma 6 (App. I)",
        statement=_SETTING
        + r"The oracle has $x_R=W(r(1+\epsilon^2))$, $y_R=c\,x_R$, for every real $\epsilon$.",
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        gaps={"figure": "an identity: nothing to draw"},
    ),
    Claim(
        slug="original_bounds",
        stem="cross_dimensional",
        source="paper, Lemma 7 (App. I); the sharper bound of x is beyond the paper",
        statement=_SETTING + r"If $\epsilon\ge0$ and $\alpha\le1$, with "
        r"$V=W(b\alpha(1+\epsilon^2))$: $W(b(1+\epsilon^2+2\alpha\epsilon))\le x_D\le "
        r"cV+W(b(1+\epsilon^2)e^{-cV})\le cV+W(b(1+\epsilon^2))$ and "
        r"$V\le y_D\le W(b(2\epsilon+\alpha(1+\epsilon^2)))$. The upper bounds of $x_D$ and the "
        r"lower one of $y_D$ hold for every $\alpha$.",
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("coordinate_order",),
        gaps={"figure": _IN_WINDOW},
    ),
    Claim(
        slug="da_bounds",
        stem="cross_dimensional",
        source="paper, Lemma 8 (App. I)",
        statement=_SETTING + r"If $\epsilon\ge0$, every stationary point of descent–ascent has "
        r"$x\le W_0(r(1+\epsilon^2-2\epsilon\alpha k))$ and "
        r"$y\le W_0(r(2\epsilon-\alpha k(1+\epsilon^2)))$; both arguments are then at least "
        r"$-1/e$.",
        kind=Kind.UPPER,
        verdict=Verdict.AMENDED,
        uses=("da_existence",),
        gaps={"figure": _IN_WINDOW},
        finding=r"The source bounds the descent–ascent solution without asking whether there is "
        r"one. At $f=0.1$, $\lambda=0.01$, $|R_{ij}|=n_R$ ($r=100$), $\epsilon=0.5$, "
        r"$\alpha=0.081$ both bounds are finite, yet no stationary point exists: the last one "
        r"is at $\alpha=0.01167$.",
    ),
    Claim(
        slug="original_above_da",
        stem="cross_dimensional",
        source="paper, Lemma 9 (App. I)",
        statement=_SETTING + r"If $\epsilon>0$ and $\alpha\ge\max\{f^2/(c(1-f^2)),\ "
        r"cf/(1-f^2)\}$, every stationary point of descent–ascent has $x\le x_D$ and "
        r"$y\le y_D$; $\alpha$ may exceed 1. Since $x_{DA}\le x_D$ implies $y_{DA}\le y_D$, for "
        r"$\alpha\le1$ the first threshold alone is enough.",
        kind=Kind.LOWER,
        verdict=Verdict.AMENDED,
        uses=("original_bounds", "da_bounds", "coordinate_order"),
        gaps={"figure": _IN_WINDOW},
        finding=r"As in Lemma 8 the existence of the point is missing, and it often fails where "
        r"the lemma applies: $f=0.1$, $r=100$, $\epsilon=0.5$ asks $\alpha\ge0.0808$, and no "
        r"point exists beyond $\alpha=0.01167$. With existence the lemma is true, and needs no "
        r"$\alpha\le1$: for $\alpha>1$, where the lower bound of Lemma 7 is not available, a "
        r"direct comparison of the two stationarity equations proves it.",
    ),
    Claim(
        slug="oracle_above_original",
        stem="cross_dimensional",
        source="paper, Lemma 10 (App. I)",
        statement=_SETTING + r"Let $\epsilon>0$, $x_R=W(r(1+\epsilon^2))$. If "
        r"$\alpha\le\alpha_x=Ae^A/(b(1+\epsilon^2))$ with "
        r"$A=[x_R-W(b(1+\epsilon^2))]/c$, then $x_D\le x_R$. If $\alpha\le1$ and "
        r"$\alpha\le\alpha_y=c\,(e^{-(1-c)x_R}/(1-f)-1)$, then $y_D\le y_R$.",
        kind=Kind.UPPER,
        verdict=Verdict.AMENDED,
        uses=("original_bounds", "oracle_closed_form"),
        gaps={"figure": _IN_WINDOW},
        finding=r"The source does not restrict $\alpha$, but its bound of $y_D$ uses "
        r"$y_D\le x_D$, which needs $\alpha\le1$. At $\epsilon=0.4$, $f=0.96$, $r=1000$, "
        r"$\alpha=2.45$ the hypothesis holds ($\alpha_x=3.33$, $\alpha_y=2.563$) and "
        r"$y_D>y_R$; the two cross at $\alpha=2.2987$. The x side holds for every $\alpha$.",
    ),
    Claim(
        slug="coordinate_order",
        stem="cross_dimensional",
        source="paper, Lemma 12 (App. I)",
        statement=_SETTING + r"The original is unique, and for $\epsilon\ne1$: $y_D\le x_D$ if "
        r"and only if $\alpha\le1$, from "
        r"$x_D-y_D=b(1-\epsilon)^2(e^{-x_D}-\alpha e^{-y_D})$. At $\epsilon=1$, $x_D=y_D$.",
        kind=Kind.SHARP,
        verdict=Verdict.AMENDED,
        gaps={"figure": "a sign: nothing to draw"},
        finding=r"The statement is right; its proof needs another argument. The source argues by "
        r"induction along the fixed-point iteration, whose iterates would have to keep rising. For "
        r"$\epsilon>0$ each right side decreases in $x$ and in $y$, so the map reverses order and "
        r"the iterates alternate: at $\epsilon=0.5$, $r=2$, $f=0.5$, $\alpha=0.5$ they are "
        r"$x=0,\ 1.75,\ 0.3157,\ 1.2832,\dots$ The identity above, with strict convexity for "
        r"uniqueness, proves the lemma in two lines, for negative correlations too.",
    ),
    Claim(
        slug="da_existence",
        stem="cross_dimensional",
        source="beyond the paper",
        statement=_SETTING + r"For every real $\epsilon\ne0$ the stationary points of "
        r"descent–ascent lie on $\alpha k=\Phi(x)=e^{g(x)}[(1+\epsilon^2)re^{-x}-x]/(2\epsilon "
        r"r)$, $g(x)=[(1+\epsilon^2)x-r(1-\epsilon^2)^2e^{-x}]/(2\epsilon)$. Where it is "
        r"positive, $\Phi$ has exactly one turning point, a maximum. For $\alpha k$ below that "
        r"maximum there are exactly one local minimum and one saddle (at $\epsilon=1$ the saddle "
        r"only for $\alpha k>1$), above it no stationary point, so the flow is unbounded. The "
        r"maximum tends to $1/(er)$ as $\epsilon\to0$ and is $1+1/(2er)$ at $\epsilon=1$.",
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="detriment_window",
        stem="cross_dimensional",
        source="paper, Lemma 9 and Lemma 10 together, Fig. 4",
        statement=_SETTING + r"Let $\epsilon>0$. (i) The $\alpha$ for which the oracle, the "
        r"original and the descent–ascent minimum are ordered, $x_R\ge x_D\ge x_{DA}$ and "
        r"$y_R\ge y_D\ge y_{DA}$, form an interval, which may be empty. Its lower end is where "
        r"$x_D=x_{DA}$ (there $y_D>y_{DA}$), its upper end the smaller of the fold, $\max\Phi/k$ "
        r"of `da_existence`, and $\alpha_y^*=e^{y_R}[(1+\epsilon^2)y_R-2\epsilon "
        r"x]/(b(1-\epsilon^2)^2)$, $x=cy_R+W(b(1-\epsilon^2)^2e^{-cy_R}/(1+\epsilon^2))$, where "
        r"$y_D=y_R$. At $\epsilon=1$ it is $[f^2/(1-f^2),\ f/(1-f)]$, so it is open near "
        r"$\epsilon=1$ for every $r$ and $f$. (ii) The window of Lemmas 9 and 10 with $\alpha\le1$ "
        r"is empty for every $\epsilon$ and $f$ when $r\ge3.05$.",
        kind=Kind.SHARP,
        verdict=Verdict.AMENDED,
        uses=("original_above_da", "oracle_above_original", "da_existence"),
        finding=r"The two lemmas of the source leave room together only for strong ridges. With "
        r"$\alpha\le1$, which Lemma 10 needs, and $|R_{ij}|=n_R$ (then $r=1/\lambda$) the window "
        r"closes at $r=3.01255$ (numerically; $\epsilon=0.4781$, $f=0.6616$): at $r=3$ it is "
        r"still open, for $\alpha=0.999$. At $r=1$ it is open only for $f$ from 0.411 to 0.670, "
        r"and at $f=0.5$ for $\epsilon$ from 0.42 to 0.565. If a descent–ascent point is asked "
        r"for as well it closes at $r=2.354$ (numerically). Without $\alpha\le1$ the printed "
        r"window is open for large $r$ too, as $f\to1$: $r=100$, $f=0.9995$, $\epsilon=0.96$, "
        r"$\alpha=1200$. The exact range is larger: at $\epsilon=f=0.5$, $r=1$ it is "
        r"$[0.3531, 0.6250]$ against $[0.5333, 0.6045]$; at $\epsilon=0.5$, $f=0.1$, $r=100$ it "
        r"is $[0.0054, 0.0117]$, ended by the fold, against nothing.",
    ),
    Claim(
        slug="order_implies_distance",
        stem="cross_dimensional",
        source="beyond the paper",
        statement=_SETTING + r"With $w=\mu(1,\epsilon)+\nu(\epsilon,1)$, $|\epsilon|\ne1$: "
        r"$\|w-w_R\|^2=[(x-x_R)^2+(1-\epsilon^2)^2\nu^2]/(1+\epsilon^2)$, $\nu_D=b\alpha "
        r"e^{-y_D}$, $\nu_{DA}=-(b\alpha/f)e^{-y_{DA}}$. Hence $x_R\ge x_D\ge x_{DA}$ and "
        r"$y_{DA}\le y_D+\ln(1/f)$ imply $\|w_{DA}-w_R\|\ge\|w_D-w_R\|$; for $\epsilon>0$ the "
        r"order of $x$ implies that of $y$, so $x_R\ge x_D\ge x_{DA}$ is enough. The order of the "
        r"margins alone, for arbitrary points and $0\le\epsilon<1$, gives only the factor "
        r"$(1-\epsilon^2)/(1+\epsilon^2)$.",
        kind=Kind.LOWER,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="crosses_the_oracle",
        stem="cross_dimensional",
        source="paper, §5.1.2: divergence from the very first step",
        statement=_SETTING + r"With $w=\mu(1,\epsilon)+\nu(\epsilon,1)$, $|\epsilon|\ne1$: "
        r"$\nu_{DA}<0=\nu_R<\nu_D$ at every stationary point of descent–ascent: in this "
        r"component it passes the oracle. For $\epsilon>0$ and $f^2/(c(1-f^2))\le\alpha\le1$ the "
        r"first descent–ascent step from the original raises neither margin.",
        kind=Kind.QUALITATIVE,
        verdict=Verdict.AMENDED,
        uses=("coordinate_order",),
        finding=r"That the iterations move away from the oracle from the very first step is true "
        r"of the margins in the range given, but not "
        r"in weight space even inside the window of Lemmas 9 and 10: at $\epsilon=0.5$, $f=0.5$, "
        r"$r=1$, $\alpha=0.6$ the squared distance under the gradient flow first falls, at the "
        r"rate $-0.0564\lambda$, because $\nu$ starts on the wrong side and crosses the oracle's "
        r"0.",
    ),
    Claim(
        slug="whole_dataset_order",
        stem="cross_dimensional",
        source="beyond the paper",
        statement=_SETTING + r"For $\epsilon>0$, $\epsilon\ne1$: $y_D\le y_R$ implies $\alpha "
        r"k\le c\,e^{-(1-c)x_R}<1$. So if the two groups are the whole data set ($\alpha k=1$) "
        r"the order of `detriment_window` never holds.",
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("detriment_window", "oracle_closed_form"),
        gaps={"figure": "a line in the figure of detriment_window"},
    ),
    Claim(
        slug="negative_correlation",
        stem="cross_dimensional",
        source="beyond the paper",
        statement=_SETTING + r"For $\epsilon<0$, $x_D<x_R<x_{DA}$ and $y_{DA}<y_R<y_D$ at every "
        r"stationary point of descent–ascent: the order never holds, and descent–ascent may end "
        r"closer ($\epsilon=-0.5$, $r=1$, $f=0.5$, $\alpha=0.1$: 0.690 times the distance). "
        r"For every $\epsilon\ne0$ the margins at $\epsilon$ are those at $1/\epsilon$ with "
        r"$r\epsilon^2$ for $r$. At "
        r"$\epsilon=0$ the order never holds either ($x_D<x_R=x_{DA}$), and descent–ascent may "
        r"still end farther ($r=1$, $f=0.5$, $\alpha=0.25$): harm needs no correlation.",
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="logistic_cross_dimensional",
        stem="cross_dimensional",
        source="beyond the paper",
        statement=_SETTING.replace("exponential loss", "logistic loss")
        + r"Descent–ascent has a minimum for all parameters: it never diverges. The stationary "
        r"point is unique if $\epsilon\le0$, or $\epsilon=1$, or $2\epsilon r\le1$, and not in "
        r"general: $\epsilon=0.5$, $r=100$, $\alpha k=0.1$ has three. Open: are there ever more "
        r"than three, and for which $\alpha$ are oracle, original and descent–ascent ordered?",
        kind=Kind.QUALITATIVE,
        verdict=Verdict.OPEN,
        uses=("da_existence",),
        finding=r"Certified enumeration (interval bounds of two monotone functions) finds one or "
        r"three stationary points and never another number: two minima and a saddle between two "
        r"values of $\alpha k$, the exponential fold with a second branch beyond it. At "
        r"$\epsilon=0.5$ the range is $\alpha k$ from 0.0918 to 0.1209 at $r=100$ and from 0.0136 "
        r"to 0.0524 at $r=1000$; at $r=10$ there is none. So where the exponential loss diverges "
        r"the logistic loss jumps to a distant minimum, and near the fold both are there.",
    ),
    Claim(
        slug="near_parallel_limit",
        stem="cross_dimensional",
        source="paper, App. J",
        statement=r"One retained sample $(1,\epsilon)$ and one forgotten $(\epsilon,1)$ of one "
        r"label among $n_R$ and $n_F$ whose other samples vanish in these two coordinates, "
        r"exponential loss, $A_S=1/(\lambda|S|)$, $W=W_0$. Original, for every $\epsilon\ne-1$: "
        r"$w_1=w_2=W((1+\epsilon)^2A_D)/(1+\epsilon)$. Oracle: "
        r"$w=(1,\epsilon)\,W((1+\epsilon^2)A_R)/(1+\epsilon^2)$. Descent–ascent as "
        r"$\epsilon\to1$, at its local minimum: $w_1+w_2\to W_0(2(A_R-A_F))$ and $w_1-w_2\to0$ if "
        r"$\lambda>2e(1/n_F-1/n_R)$; if $\lambda$ is below that, there is no stationary point near "
        r"$\epsilon=1$.",
        kind=Kind.SHARP,
        verdict=Verdict.AMENDED,
        uses=("da_existence",),
        finding=r"The source takes the descent–ascent solution for granted. $W_0$ is real only for "
        r"$2(A_R-A_F)\ge-1/e$; with one forgotten sample and $n_R=d-1$ retained this asks "
        r"$\lambda\ge2e(d-2)/(d-1)$, a ridge above 4.8 for ten samples ($d=10$). The original "
        r"and the oracle, given there as approximations, are exact for every $\epsilon$.",
    ),
)
