"""Claims about one coordinate of the block model, and about all its blocks together."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SETTING = (
    r"One block of the block model ($y_ix_{ij}=1$ inside, $0$ outside), retain share $p>0$, "
    r"forget share $q$, lift $\rho=q/p\ge0$, strength $s=p/\lambda$, $f=n_F/n\in(0,1)$, "
    r"mean convention. "
)
_IDENTITY = {"figure": "an identity over the blocks: there is nothing to draw"}

CLAIMS = (
    Claim(
        slug="lambert_minimiser",
        stem="single_coordinate",
        source="paper, Lemma 2 (§5.1.1, App. D)",
        statement=(
            _SETTING
            + r"Exponential loss. $w_R=W_0(s)$, $w_D=W_0(s(1+f(\rho-1)))$, and descent–ascent is "
            r"stationary iff $we^w=s(1-\rho)$, at $w_{DA}=W_0(s(1-\rho))$ while $s(1-\rho)>-1/e$. "
            r"With $\alpha=|F_j|/|R_j|=\rho n_F/n_R$ the arguments are $\frac{|R_j|}{\lambda n_R}$,"
            r" $\frac{(1+\alpha)|R_j|}{\lambda n}$ and $(1-\frac{\alpha n_R}{n_F})\frac{|R_j|}"
            r"{\lambda n_R}$. The second derivative there is $\lambda(1+w)$, so these are minima; "
            r"those of the oracle and the original are global."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="da_branches",
        stem="single_coordinate",
        source="paper, App. F (the cases in the proof of Lemma 3)",
        statement=(
            _SETTING + r"Exponential loss, descent–ascent. $\rho\le1$: one stationary point, the "
            r"global minimum $W_0(s(1-\rho))\ge0$. $1<\rho<1+\frac1{es}$: a local **minimum** on "
            r"$W_0$ in $(-1,0)$ and a local **maximum** on $W_{-1}$ below $-1$. $\rho=1+\frac1"
            r"{es}$: one stationary point, $-1$, an inflection. $\rho>1+\frac1{es}$: none, and "
            r"the gradient flow takes $w\to-\infty$. For every $\rho>1$ the objective is unbounded "
            r"below. In the paper's letters the fold is $\alpha=\frac{n_F}{n_R}+\frac{\lambda "
            r"n_F}{e|R_j|}$."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.AMENDED,
        uses=("lambert_minimiser",),
        finding=(
            r"The source calls the point on $W_0$ the maximum and that on $W_{-1}$ the minimum. "
            r"The second derivative at a stationary point is $\lambda(1+w)$: positive on $W_0$, "
            r"negative on $W_{-1}$. At $p=1$, $\rho=2$, $\lambda=10$ they are $-0.1118$ with "
            r"curvature $8.88$ and $-3.577$ with curvature $-25.8$. Nothing else in the cases "
            r"changes, except that at the fold itself the point is neither."
        ),
    ),
    Claim(
        slug="opposite_sides",
        stem="single_coordinate",
        source="paper, Lemma 3 (App. F); converse and logistic loss beyond the paper",
        statement=(
            _SETTING
            + r"Exponential or logistic loss. $w_{DA}\le w_D\le w_R$ if and only if $\frac f{1+f}"
            r"\le\rho\le1$. In the paper's letters: $\frac{n_F^2}{n_R(n_F+n)}\le\alpha\le"
            r"\frac{n_F}{n_R}$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("lambert_minimiser", "logistic_minimiser"),
    ),
    Claim(
        slug="distance_growth",
        stem="single_coordinate",
        source="paper, Lemma 4 (App. G); logistic loss beyond the paper",
        statement=(
            _SETTING
            + r"Exponential or logistic loss. $|w_D-w_R|\le|\ln(1+f(\rho-1))|=|\ln\frac{(1+\alpha)"
            r"n_R}n|$, strict unless $\rho=1$. For the exponential loss the bound exceeds the "
            r"distance by $|\ln\frac{w_D}{w_R}|$, so it is approached as $\lambda\to0$."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("lambert_minimiser",),
    ),
    Claim(
        slug="distance_unlearning",
        stem="single_coordinate",
        source="paper, Lemma 5 (App. H); logistic loss beyond the paper",
        statement=(
            _SETTING
            + r"$\rho\ge1$. Exponential loss: $|w_R-w_{DA}|\ge W_0(s)=w_R$, with equality iff "
            r"$\rho=1$; the distance is infinite beyond the fold. Logistic loss: the same with "
            r"$w_R=G(s)$. The reason is that every stationary point of descent–ascent is then "
            r"$\le0$. For $\rho<1$ the bound fails: $\rho=\frac12$, $s=1$ has distance $0.215<"
            r"W_0(1)=0.567$."
        ),
        kind=Kind.LOWER,
        verdict=Verdict.AMENDED,
        uses=("lambert_minimiser", "da_branches"),
        finding=(
            r"The bound is right; the source's proof lets $w_{DA}\to-\infty$ for every $\rho>1$. "
            r"For $1<\rho<1+\frac1{es}$ there is a local minimum, at which descent–ascent stops: "
            r"at $\rho=2$, $s=\frac1{10}$ it ends at $W_0(-\frac1{10})=-0.1118$, and the "
            r"derivative of $L_{DA}$ at $-\frac12$ is negative, so the flow cannot pass that "
            r"point. The bound follows without the limit from $w_{DA}\le0$."
        ),
    ),
    Claim(
        slug="vanishing_ridge",
        stem="single_coordinate",
        source="paper, Cor. 1; the rate beyond the paper",
        statement=(
            _SETTING
            + r"Exponential loss, $\rho=1$. The original is the oracle and descent–ascent ends at "
            r"$0$, so its distance is $W_0(s)$. With $L=\ln s=\ln p+\ln\frac1\lambda\ge1$: $L-\ln L"
            r"\le W_0(s)\le L-\ln(L-\ln L)$, both gaps tending to $0$; it grows like "
            r"$\ln\frac1\lambda-\ln\ln\frac1\lambda$ (at $\lambda=10^{-8}$, $p=1$: $15.67$, where "
            r"$\ln\frac1\lambda=18.42$). For $\rho>1$ descent–ascent diverges once $\lambda<"
            r"ep(\rho-1)$. For $0<\rho<1$ the distance stays bounded: $w_R-w_{DA}<-\ln(1-\rho)$ "
            r"for every ridge."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("lambert_minimiser",),
    ),
    Claim(
        slug="lift_conservation",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            r"Blocks $j$ with retain shares $p_j>0$ and lifts $\rho_j$. If every forgotten sample "
            r"lies in one of them, $\sum_jp_j\rho_j=1\ge\sum_jp_j$. Hence lifts at most $1$ in all "
            r"blocks are $1$ in all blocks: Lemma 3's range holds everywhere only where $w_D=w_R$. "
            r"A forget set inside one block has lift $1/p\ge1$ there and $0$ elsewhere. Blocks "
            r"without retained samples take their forget share away from the sum."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        gaps=_IDENTITY,
    ),
    Claim(
        slug="harm_threshold",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            _SETTING
            + r"Exponential loss, $w_{DA}$ the limit of descent–ascent's gradient flow from $w_D$, "
            r"divergence counted as infinitely far. $|w_{DA}-w_R|>|w_D-w_R|$ if and only if $\rho>"
            r"\frac f{1+f}$, for every ridge; the distances are equal at $\rho=\frac f{1+f}$, and "
            r"descent–ascent ends strictly closer below. For "
            r"$\rho>1$, with $\delta=\rho-1$: $|w_D-w_R|<fs\delta<s\delta<|w_{DA}-w_R|$, at any "
            r"stationary point; up to $\rho=1$ the three minimisers are ordered as the three "
            r"arguments of $W_0$ are."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("lambert_minimiser", "da_branches"),
    ),
    Claim(
        slug="logistic_minimiser",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            _SETTING
            + r"Logistic loss. $w(1+e^w)$ has slope at least $1-e^{-2}$, attained at $w=-2$, so "
            r"its inverse $G$ is increasing on all of $\mathbb R$. $w_R=G(s)$, "
            r"$w_D=G(s(1+f(\rho-1)))$, $w_{DA}=G(s(1-\rho))$ are the only stationary points, and "
            r"global minima: descent–ascent never diverges, though for large $s(\rho-1)$ its "
            r"objective is not convex."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="logistic_harm_threshold",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            _SETTING
            + r"Logistic loss. $|w_{DA}-w_R|>|w_D-w_R|$ if and only if $\rho>\frac f{1+f}$, for "
            r"every ridge; the distances are equal at $\rho=\frac f{1+f}$. The proof uses only "
            r"that $\psi=-\varphi'$ is positive and decreasing (so the exponential loss is covered "
            r"too, where a stationary point exists): for $\delta=\rho-1>0$, "
            r"$|w_D-w_R|<fs\psi(0)\delta<s\psi(0)\delta<|w_{DA}-w_R|$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("logistic_minimiser",),
    ),
    Claim(
        slug="early_stopping_phases",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            _SETTING + r"Exponential or logistic loss, $\psi=-\varphi'$. The gradient flow of "
            r"descent–ascent from $w_D$ is monotone. $\rho<\frac f{1+f}$: "
            r"it approaches the oracle and never passes. $\rho=\frac f{1+f}$: it does not move. "
            r"$\frac f{1+f}<\rho\le1$: it recedes from the first instant, and no stopping time "
            r"helps. $\rho>1$: it passes exactly through the oracle at a time $T$, then recedes. "
            r"With $u=w_R$, $h=w_D-w_R$: $\lambda T=\int_0^h\frac{dx}{u+x+(\rho-1)u\psi(u+x)/"
            r"\psi(u)}$. It settles at $w_{DA}<0$, always for the logistic loss and up to $\rho="
            r"1+\frac1{es}$ for the exponential loss, where it diverges beyond."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.HOLDS,
        uses=("harm_threshold", "logistic_harm_threshold", "da_branches"),
    ),
    Claim(
        slug="vector_level_closeness",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            r"$d\ge2$ blocks with retain shares $p_j>0$ and forget shares $q_j$, every forgotten "
            r"sample in one of them, mean convention, exponential or logistic loss, any ridge, any "
            r"$f\in(0,1)$. Then, over the whole vector, $\|w_{DA}-w_R\|>\frac1{f\sqrt d}"
            r"\|w_D-w_R\|$ at any stationary point of descent–ascent, and the constant is the best "
            r"possible. Hence with $f\le1/\sqrt d$ descent–ascent always ends farther from the "
            r"oracle than the original (or diverges); with $f>1/\sqrt d$ it can end closer. With "
            r"half the data forgotten it cannot in up to 4 blocks, and can in 5: "
            r"$p=(0.999,4\times0.00025)$, $q=(0,4\times0.25)$, $\lambda=100$, ratio $0.908$ "
            r"(exponential). The infimum over all $d$ is $0$. The bound is approached by "
            r"$p=(1-\varepsilon,\frac\varepsilon{d-1},\dots)$, $q=(0,\frac1{d-1},\dots)$ as "
            r"$\lambda\to\infty$, $\varepsilon\to0$: a forget set spread evenly over blocks that "
            r"hardly occur among the retained samples. If forgotten samples lie outside all blocks "
            r"($x=0$) there is no such bound: if all do, $w_{DA}=w_R$."
        ),
        kind=Kind.LOWER,
        verdict=Verdict.HOLDS,
        uses=("lambert_minimiser", "logistic_minimiser", "lift_conservation", "harm_threshold"),
    ),
    Claim(
        slug="crossing_time",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            _SETTING + r"Exponential or logistic loss, $\rho>1$. The gradient flow of "
            r"descent–ascent from $w_D$ is at the oracle at the one time "
            r"$t^*=\int_{w_R}^{w_D}\frac{dw}{\lambda[w-s(1-\rho)\psi(w)]}$. With $w_c$ the root "
            r"of $w/\psi(w)=sc$ and $h(w)=w$ (exponential) or $\frac w{1+e^{-w}}$ (logistic), "
            r"$$\lambda t^*=\int_1^{1+f(\rho-1)}\frac{dc}{(1+h(w_c))(c+\rho-1)},\qquad "
            r"\frac{\log(1+x)}{1+h(w_D)}\le\lambda t^*\le\frac{\log(1+x)}{1+h(w_R)},\quad "
            r"x=f\Bigl(1-\frac1\rho\Bigr).$$ As $f\to0$ both bounds are $\frac x{1+h(w_R)}$, "
            r"which is always above $\lambda t^*$, and too large by a relative error of at most "
            r"$1-\frac{1+h(w_R)}{1+h(w_D)}(1-\frac x2)=O(f)$. For the exponential loss it is "
            r"$t^*\approx\frac f\lambda\frac{1-1/\rho}{1+W(s)}$. The time depends on $s$ and "
            r"$\rho$, so blocks pass at different times."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("lambert_minimiser", "logistic_minimiser", "early_stopping_phases"),
    ),
    Claim(
        slug="no_stopping_time",
        stem="single_coordinate",
        source="beyond the paper",
        statement=(
            r"Blocks with retain shares $p_j>0$ and lifts $\rho_j$ that hold **every** sample, "
            r"retained or forgotten; exponential or logistic loss, mean convention, any ridge. "
            r"Unless all lifts are $1$, the gradient flow of descent–ascent from $w_D$ is at the "
            r"oracle at no time $t\ge0$, nor in the limit. At all times "
            r"$\|w(t)-w_R\|^2\ge\sum_{\rho_j<1}(w_{R,j}-\max(w_{D,j},w_{DA,j}))^2$, even if every "
            r"block had a stopping time of its own; this bound is $0$ only where every lift is "
            r"$0$ or at least $1$. It is the original's distance in the limit where the lifts "
            r"below $1$ are at least $\frac f{1+f}$ and the others are spread over many blocks."
        ),
        kind=Kind.LOWER,
        verdict=Verdict.HOLDS,
        uses=("lift_conservation", "harm_threshold", "early_stopping_phases"),
        finding=(
            r"Retained samples outside all blocks ($x=0$) undo it: one block with half of the "
            r"retained and all of the forgotten samples has lift $2$, and the flow passes through "
            r"the oracle at $t^*$ of `crossing_time`."
        ),
    ),
)
