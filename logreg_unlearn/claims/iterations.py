"""Claims about the iterations: first step, path in the ascent weight, alternation, strong ridge."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_NOT_DRAWN = "an identity: there is nothing to draw"

CLAIMS = (
    Claim(
        slug="first_step_identity",
        stem="iterations",
        source="beyond the paper (on §5.1, the first steps)",
        statement=(
            r"Mean convention, any data, any differentiable loss, $f=n_F/n$, $w_D$ any stationary "
            r"point of $L_D$. Then $\nabla L_{DA}(w_D)=\frac1f\nabla L_R(w_D)+\lambda w_D$: the "
            r"first descent–ascent step is retain descent scaled by $n/n_F$, plus a shrinkage. If "
            r"the ridge is ascended together with the forget loss the shrinkage is absent; in the "
            r"sum convention, $J_S$ for $L_S$, it is absent too: $\nabla J_{DA}(w_D)=2\nabla "
            r"J_R(w_D)$. With "
            r"$\delta=w_R-w_D$ and $g=\nabla L_{DA}(w_D)$, a step of size $\eta$ ends closer to "
            r"the oracle iff $0<\eta<2\langle-g,\delta\rangle/\|g\|^2$, so, unless $g=0$, "
            r"every step size moves away iff $\lambda\langle w_D,\delta\rangle\ge\frac1f\langle"
            r"-\nabla L_R(w_D),\delta\rangle$, and every small one comes closer otherwise. For a "
            r"convex loss the right side is at least $\frac\lambda f\|\delta\|^2$, so moving away "
            r"needs $\|w_R\|^2\ge\|w_D\|^2+(1+\frac2f)\|\delta\|^2$. Both "
            r"directions occur: one block, exponential loss, $f=\frac12$, $w_R=1$: away at "
            r"$w_D=0.9$ (lift 0.63), closer at $w_D=1.1$ (lift 1.43)."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        measured=(
            "Moving away from the very first step is not generic: on Gaussian classes (the sweep's "
            "default correlations, fractions and ridges, ten seeds, logistic loss) it happened in "
            "30 of 1080 cases, while the end point was farther than the original in 1040."
        ),
    ),
    Claim(
        slug="overshoot_path",
        stem="iterations",
        source="beyond the paper",
        statement=(
            r"Let $J_\beta=\bar\ell_R-\beta\bar\ell_F+\frac\lambda2\|w\|^2$ with losses three "
            r"times differentiable and $w_\beta$ a branch of stationary points with $H_\beta="
            r"\nabla^2J_\beta(w_\beta)\succ0$. Then $\frac{dw}{d\beta}=H_\beta^{-1}\nabla"
            r"\bar\ell_F(w_\beta)$, and at the oracle ($\beta=0$), with $g=\nabla\bar\ell_F(w_R)$ "
            r"and $H=\nabla^2L_R(w_R)$, $w_\beta-w_R=\beta H^{-1}g+O(\beta^2)$ and $L_R(w_\beta)-"
            r"L_R(w_R)=\frac{\beta^2}2g^\top H^{-1}g+O(\beta^3)$. Descent–ascent in means is "
            r"$\beta=1$. The original in *sums* with ridge $\lambda_s$ is exactly $\beta="
            r"-n_F/n_R$ with $\lambda=\lambda_s/n_R$: on that path descent–ascent lies, to leading "
            r"order, $n_R/n_F$ times as far beyond the oracle as the original is short of it, and "
            r"its excess retain risk is $(n_R/n_F)^2$ times the original's: ratios of leading "
            r"terms, reached as $\lambda\to\infty$ (if $\sum_Fy_ix_i\ne0$), not equalities at "
            r"finite $\lambda$. "
            r"With sums throughout, descent–ascent is $\beta=+n_F/n_R$, the mirror image: both "
            r"factors are 1. With means throughout the original is at $\beta=-n_F/n_R$ with "
            r"the ridge $\lambda n/n_R$, which is *off* the path: if all retained samples form "
            r"one block and every forgotten sample has $x=0$, then $w_{DA}=w_R\ne w_D$ "
            r"(exponential loss, $f=\frac34$, $\lambda=\frac1{8\log2}$: $w_{DA}=w_R=\log4$, "
            r"$w_D=\log2$). It is on the path $L_R-\beta L_F$, "
            r"$L_F=\bar\ell_F+\frac\lambda2\|w\|^2$, where the ridge is ascended too, at "
            r"$\beta=-n_F/n_R$, and there the statements hold with $\nabla L_F$ in place of "
            r"$\nabla\bar\ell_F$ while $H_\beta\succ0$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("strong_ridge_limit",),
    ),
    Claim(
        slug="path_monotonicity",
        stem="iterations",
        source="beyond the paper",
        statement=(
            r"Let $w_1,w_2$ be global minimisers of $L_R-\beta\bar\ell_F$ at $\beta_1<\beta_2$; "
            r"neither convexity nor smoothness is used. With $\Delta F=\bar\ell_F(w_2)-\bar\ell_F"
            r"(w_1)$ and $\Delta L=L_R(w_2)-L_R(w_1)$: $\beta_1\Delta F\le\Delta L\le\beta_2\Delta "
            r"F$. Hence $\bar\ell_F$ is non-decreasing in $\beta$ on all of $\mathbb R$, and $L_R$ "
            r"is non-decreasing for $\beta\ge0$ and non-increasing for $\beta\le0$. Neighbouring "
            r"pairs suffice for a whole sequence, and no stronger inequality follows: values that "
            r"satisfy these are attained by functions on a finite set. For the logistic loss "
            r"global minimisers exist for every $\beta$; for the exponential loss with $\beta>0$ "
            r"they may not, but along a branch of local minima with $H_\beta\succ0$ the same "
            r"holds, as $\frac{d\bar\ell_F}{d\beta}=w'^\top H_\beta w'$ and $\frac{dL_R}{d\beta}="
            r"\beta\frac{d\bar\ell_F}{d\beta}$. Minimality is needed: along a branch of maxima "
            r"$\bar\ell_F$ falls."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.HOLDS,
        uses=("overshoot_path",),
    ),
    Claim(
        slug="newton_step_is_scaled_ascent",
        stem="iterations",
        source="beyond the paper",
        statement=(
            r"Mean convention, any twice differentiable loss, $w_D$ stationary for $L_D$, "
            r"$H=\nabla^2L_R(w_D)$ invertible. Then $\nabla L_R(w_D)=-\frac{n_F}{n_R}(\nabla"
            r"\bar\ell_F(w_D)+\lambda w_D)$, so the Newton removal step is "
            r"$w_D-H^{-1}\nabla L_R(w_D)=w_D+\frac{n_F}{n_R}H^{-1}(\nabla\bar\ell_F(w_D)+\lambda "
            r"w_D)$: ascent on $L_F$, preconditioned, with the scale $n_F/n_R$. In the sum "
            r"convention it is $w_D+H^{-1}\nabla\Sigma_F(w_D)$ with $\Sigma_F$ the summed forget "
            r"loss, without $\lambda w_D$. For a quadratic retain loss the step ends at $w_R$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("first_step_identity",),
        gaps={"figure": _NOT_DRAWN},
    ),
    Claim(
        slug="alternating_expansion",
        stem="iterations",
        source="paper, App. D.3 (descent first); ascent first as in §5.1, and the remainder",
        statement=(
            r"Half steps $D(w)=w-\eta\nabla L_R(w)$ and $A(w)=w+\eta(\nabla\bar\ell_F(w)-\lambda "
            r"w)$, losses three times differentiable. Both rounds are $w-\eta(\nabla\bar\ell_R-"
            r"\nabla\bar\ell_F+2\lambda w)$, simultaneous descent–ascent with ridge $2\lambda$, "
            r"plus $\eta^2(\lambda I-\nabla^2\bar\ell_F)\nabla L_R$ for $A\circ D$ (descent first) "
            r"or $-\eta^2\nabla^2L_R(\nabla\bar\ell_F-\lambda w)$ for $D\circ A$ (ascent first), "
            r"plus $O(\eta^3)$. For the logistic loss and every $\eta>0$ the remainder is at most "
            r"$\frac{\eta^3}{12\sqrt3}$ times the mean of $\|x_i\|(x_i\cdot v)^2$ over the set of "
            r"the second half step, $v$ being the direction of the first. One coordinate, "
            r"exponential loss, $E=e^{-w}$, $\bar\ell_R=pE$, $\bar\ell_F=qE$: $\eta^2(qE-"
            r"\lambda)(pE-\lambda w)$ and $\eta^2(pE+\lambda)(qE+\lambda w)$; they differ by "
            r"$-\eta^2\lambda(p+q)E(1+w)$, so without ridge the orders agree to this order."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives",),
    ),
    Claim(
        slug="alternating_fixed_point",
        stem="iterations",
        source="beyond the paper",
        statement=(
            r"One coordinate, exponential loss, $\lambda=0$, lift $\rho=q/p$, step size $\eta$. In "
            r"$u=w-\ln(\eta p)$ a round with descent first is the map $T(u)=v-\rho e^{-v}$, "
            r"$v=u+e^{-u}$: $\rho$ alone decides. For $\rho\le1$ there is no fixed point. For "
            r"$\rho>1$ simultaneous steps go to $-\infty$, yet the round has exactly one fixed "
            r"point, $w^*=\ln\frac{\eta p}{\ln\rho}$ (ascent first: $\ln\frac{\eta q}{\ln\rho}$), "
            r"set by the step size and not by an optimum of the data, with multiplier "
            r"$1-(\ln\rho)^2$ in both orders. Every start converges to it iff $1<\rho\le e^{\sqrt2}"
            r"\approx4.1133$, the end included; beyond it repels. At $e^{\sqrt2}$ the period "
            r"doubles (a supercritical flip), and at $\rho=6$ there are cycles of every period and "
            r"chaos in the sense of Li and Yorke: $T^3(a)>a>T(a)>T^2(a)$ at $a=1.1$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="strong_ridge_limit",
        stem="iterations",
        source="beyond the paper",
        statement=(
            r"Mean convention, $m_S$ the mean of $y_ix_i$ over $S$, $\psi_0=-\varphi'(0)$ "
            r"($\frac12$ logistic, 1 exponential). As $\lambda\to\infty$: $\lambda "
            r"w_R\to\psi_0m_R$, $\lambda w_D\to\psi_0((1-f)m_R+f\,m_F)$, $\lambda "
            r"w_{DA}\to\psi_0(m_R-m_F)$ (exponential loss: the stationary point that tends to 0). "
            r"For all large enough $\lambda$ descent–ascent is farther from the oracle than the "
            r"original if $\|m_F\|>f\|m_F-m_R\|$ and closer if $\|m_F\|<f\|m_F-m_R\|$; equality is "
            r"a tie to leading order. With $\tau=\|m_R\|/\|m_F\|$ and $c=\cos(m_F,m_R)$ harm means "
            r"$c>\frac{1+\tau^2-1/f^2}{2\tau}$: certain if $f(1+\tau)<1$, impossible if "
            r"$\tau\ge1+\frac1f$. With equal norms: $c>1-\frac1{2f^2}$, certain for $f<\frac12$. "
            r"In the sum convention the two distances agree to leading order. For the logistic "
            r"loss and any signed coefficients, $a_i=y_ix_i$: $\|\lambda "
            r"w-\frac12\sum_ic_ia_i\|\le\frac{C_1C_2}{4\lambda}$ at every stationary point and "
            r"every $\lambda>0$, $C_k=\sum_i|c_i|\|a_i\|^k$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives",),
    ),
    Claim(
        slug="best_stop_is_a_sine",
        stem="iterations",
        source="beyond the paper",
        statement=(
            r"Any data, any twice differentiable loss. $g=\nabla L_{DA}(w_D)$, $e=w_D-w_R$, "
            r"$\theta$ the angle between $-g$ and the way to the oracle $-e$, $w(t)$ the gradient "
            r"flow of descent–ascent from $w_D$, or its iteration with any step size, $t$ the sum "
            r"of the steps; $\mathcal L\ge\|\nabla^2L_{DA}\|$ along it. Then "
            r"$$\bigl|\|w(t)-w_R\|-\|e-tg\|\bigr|\le\|g\|\frac{e^{\mathcal Lt}-1-\mathcal "
            r"Lt}{\mathcal L}.$$ If $\langle g,e\rangle>0$, $\|e-tg\|$ is least, "
            r"$\|e\|\sin\theta$, at $t^*=\langle g,e\rangle/\|g\|^2$ and again $\|e\|$ at $2t^*$. "
            r"So some stop is at most $\|e\|\sin\theta+\mathcal E$ away and none up to $t^*$ is "
            r"closer than $\|e\|\sin\theta-\mathcal E$, with $\mathcal E\le\frac{\mathcal "
            r"L\|e\|^2\cos^2\theta}{2\|g\|}e^{\mathcal Lt^*}$. Without the oracle: where the "
            r"retain loss is quadratic and the ridge is ascended as well, at most $t^*$, so "
            r"stopping there never harms on the line, is $\tau=\frac{\langle "
            r"g,h\rangle\|h\|^2}{\|g\|^2\,h^\top Hh}$, $h=\nabla L_R(w_D)$, $H=\nabla^2L_R(w_D)$; "
            r"equality iff $h$ is an eigenvector."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("first_step_identity",),
        finding=(
            r"The sine is what the *line* reaches; the error is of the order of $f$ beside "
            r"$\|e\|$ (as $g\approx\frac1f\nabla L_R(w_D)$), with $\mathcal L$ over the curvature "
            r"along $e$ as its factor. Measured on 48 real problems (four data sets, four kinds "
            r"of forget set, $\lambda$ from 0.01 to 1) the best stop was within 0.03 of the sine "
            r"in 43, and never farther from it than 0.11. The rule $\tau$ harmed in none of them "
            r"and stopped within 0.12 of the sine; with $g$ in the place of $h$, $f\|g\|^2/g^\top "
            r"Hg$, it takes the shrinkage for a part of the way to the oracle and harmed in 6."
        ),
    ),
)
