"""Claims about the non-convex toy: one sigmoid unit on (x, x^2) under the squared error."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SETTING = (
    r"Features $(x,x^2)$ at $x=-1,1,3,4$, labels $-,+,-,+$, multiplicities $(5,4,1,4)$; two of "
    r"the four samples at $x=4$ are forgotten, so retraining weighs the positions by "
    r"$(5,4,1,2)$ and descent–ascent by $(5,4,1,0)$; $z=w_1x+w_2x^2$, $h$ the sigmoid of $1+z$ "
    r"or half of it, decision the sign of $1+z$; squared error, $\lambda=0.1$. $M_1$ and $M_2$: "
    r"decisions $-+++$ ($x=3$ wrong) and $-+--$ ($x=4$ wrong). "
)

CLAIMS = (
    Claim(
        slug="toy_da_landscape",
        stem="nonconvex_toy",
        source="paper, §5.2",
        statement=(
            _SETTING + r"In all 24 readings (targets $0/1$, $h$ against $\pm1$, $2h-1$ against "
            r"$\pm1$; sum or mean; $\lambda$ or $\lambda/2$; sigmoid of $(1+z)/2$ as printed, or "
            r"of $1+z$) the descent–ascent objective has exactly one stationary point. It is a "
            r"minimum, it decides $x=4$ wrongly (so it is not $M_1$), and the gradient flow "
            r"from the pretrained minimum, like every other, ends there."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.HOLDS,
        finding=(
            r"Proved in interval arithmetic for every reading, over the whole plane: the ridge "
            r"bounds every stationary point a priori. With $0/1$, mean, $\lambda$ and the printed "
            r"sigmoid the point decides $x=-1$ wrongly as well, so it is not $M_2$ either. The "
            r"mean divides by the samples that an objective weighs (14, 12, 10); with the mean "
            r"over $R$ minus the mean over $F$ instead, $c_4=\frac2{12}-1$, the closed form's "
            r"certified enumeration again finds a single minimum, never $M_1$."
        ),
        gaps={"figure": "drawn as the middle panel of the figure of toy_trap"},
    ),
    Claim(
        slug="toy_retrain_keeps_minimum",
        stem="nonconvex_toy",
        source="paper, §5.2",
        statement=(
            _SETTING + r"In 13 of the 24 readings of `toy_da_landscape` the global minimum is of "
            r"kind $M_1$ before and after the removal: $0/1$ with the sum (4), $2h-1$ against "
            r"$\pm1$ (8), and $0/1$ with the mean, $\lambda/2$ and the sigmoid of $1+z$ (1). In "
            r"the other 11 it is not."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.AMENDED,
        uses=("toy_da_landscape",),
        finding=(
            r"The source does not say which targets, which reduction and which ridge term it "
            r"uses, and the statement depends on them. With $h$ against $\pm1$ (8 readings) the "
            r"retrained *global* minimum is of kind $M_2$: for the sum, $\lambda/2$ and the "
            r"printed sigmoid $J=9.946$ at $(4.066,-2.470)$ against $J=10.914$ at $M_1$, "
            r"$(4.572,-1.065)$. With $0/1$ and the mean the ridge is relatively so strong that "
            r"in 3 of 4 readings $x=-1$ is wrong even before the removal. Reproduce: "
            r"`python -m proofs --only nonconvex_toy`."
        ),
        gaps={"figure": "drawn as the outer panels of the figure of toy_trap"},
    ),
    Claim(
        slug="toy_trap",
        stem="nonconvex_toy",
        source="paper, §5.2, Fig. 5",
        statement=(
            _SETTING + r"Fine-tuning (gradient flow of the retrained objective) from "
            r"descent–ascent's stationary point never reaches the retrained global minimum "
            r"$M_1$, and everything it can reach is worse, in exactly these 7 of the 24 "
            r"readings: with the sigmoid of $1+z$, $0/1$ with the sum (2) and $2h-1$ (4); with "
            r"the printed sigmoid of $(1+z)/2$ only $2h-1$, sum, $\lambda/2$."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.AMENDED,
        uses=("toy_da_landscape", "toy_retrain_keeps_minimum"),
        finding=(
            r"With the sigmoid as printed and targets $0/1$, the retrained objective has a "
            r"single stationary point, $M_1$: fine-tuning recovers it from anywhere. The one "
            r"printed reading with a trap ($2h-1$, sum, $\lambda/2$) has $M_1$ at "
            r"$(3.8306,-0.7901)$, $J=5.0376$; the trap $M_2$ at $(3.8457,-1.7586)$, $J=9.6153$; "
            r"the saddle at $(3.5283,-1.4243)$, only $0.0513$ above the trap. With "
            r"$h=1/(1+e^{-(1+z)})$, $0/1$ and the sum, everything that §5.2 describes holds, "
            r"which is probably what was meant. With $h$ against $\pm1$ fine-tuning does stay at "
            r"$M_2$, but that is retraining's global minimum, so nothing is lost. Proof of a "
            r"trap: a straight line that the flow cannot cross, with everything beyond it worse "
            r"than $M_1$; proof of no trap: $M_1$ is the only stationary point, or not the "
            r"global minimum."
        ),
    ),
    Claim(
        slug="toy_irreversibility_needs_long_ascent",
        stem="nonconvex_toy",
        source="beyond the paper",
        statement=(
            _SETTING + r"Let the descent–ascent flow start at the pretrained minimum and stop at "
            r"time $t$. Where its limit is trapped there is still a critical time $t^*>0$: "
            r"stopped before it, fine-tuning recovers $M_1$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("toy_trap",),
        finding=(
            r"The proof covers two readings in interval arithmetic ($0/1$, sum, $\lambda/2$, "
            r"sigmoid of $1+z$; $2h-1$, sum, $\lambda/2$, printed): up to $t=1/200$ "
            r"fine-tuning recovers, after convergence it is trapped, hence $t^*$ exists."
        ),
        measured=(
            r"In time units of gradient flow $t^*=0.232074$ and $t^*=0.208401$ for these two "
            r"readings: flows at a relative tolerance of $10^{-10}$, ends in certified basins, a "
            r"bracket of relative width $10^{-8}$."
        ),
    ),
    Claim(
        slug="toy_ridge_is_not_radial",
        stem="nonconvex_toy",
        source="paper, App. B",
        statement=(
            r"Let the objective of the toy be $L(w)+\frac\mu2\|w\|^2$. Changing the ridge $\mu$ "
            r"only rescales the minimiser: $w(\mu)=r(\mu)\,u$ with a fixed direction $u$, so that "
            r"decisions and the shape of the landscape are those of one ridge."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.REFUTED,
        finding=(
            r"From $\nabla L(w)+\mu w=0$ follows $w'(\mu)=-H^{-1}w$, $H=\nabla^2L+\mu I$, which is "
            r"parallel to $w$ only if $w$ is an eigenvector of $H$; in none of the 24 readings it "
            r"is. For the pretrained toy as printed ($0/1$, sum, $\lambda/2$) the direction is "
            r"$-0.177$ rad at $\lambda=0.1$, $-0.086$ at 1 and $+0.505$ at 10, and the decision at "
            r"$x=-1$ flips between 0.1 and 1. With the sigmoid of $1+z$ there are two minima at "
            r"$\lambda=0.1$ and a single stationary point at $\lambda=10$. It is radial where all "
            r"feature vectors are parallel."
        ),
    ),
    Claim(
        slug="toy_counterexample_for_every_rate",
        stem="nonconvex_toy",
        source="paper, App. B",
        statement=(
            r"Let ascent steps be $r$ times the descent steps. With 2 samples retained and "
            r"$k=2/r$ forgotten at $x=4$ the signed multiplicities are $(5,4,1,2)-r(0,0,0,2/r)="
            r"(5,4,1,0)$: retraining, descent–ascent and fine-tuning are exactly those of "
            r"$r=1$. For every $r\ge10^{-6}$ the pretrained global minimum, of multiplicities "
            r"$(5,4,1,2+2/r)$, is of kind $M_1$ ($0/1$, sum, $\lambda/2$, sigmoid of $1+z$; and "
            r"$2h-1$, sum, $\lambda/2$, printed), so the trap exists at every such rate. For "
            r"$r=m/n$ all multiplicities are integers once taken $m$ times, together with the "
            r"ridge where losses are summed."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.HOLDS,
        uses=("toy_trap",),
        finding=(
            r"The exact identity replaces a search over sizes. Pretraining is proved for all "
            r"$k\in[0,2\cdot10^6]$ at once, with the multiplicity at $x=4$ as an interval. The "
            r"forget set has to adapt: with a fixed $k=2$ and $r\ne1$ the objectives differ. The "
            r"reading matters as for the trap."
        ),
        gaps={"figure": "after pretraining every rate has the landscapes of toy_trap's figure"},
    ),
)
