"""Claims about the right weight and the right step of ascent, and what dependence costs."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SUM = (
    r"Sum convention, $J_S=\sum_S\varphi(a_i\cdot w)+\frac\lambda2\|w\|^2$, $a_i=y_ix_i$, $A_S$ "
    r"the "
    r"rows of $S$, $\psi=-\varphi'$, $\psi_F=\psi(A_Fw_D)$, $w_1=w_D-\frac1\lambda A_F^\top\psi_F$ "
    r"one step of ascent on $\sum_F\varphi$ of size $\frac1\lambda$. "
)
_CURVATURE = (
    r"$\kappa$ is the greatest $\varphi''$ of a retained sample between $w_R$ and $w_D$ "
    r"(logistic: $\kappa=\frac14$ always serves), $s=\|A_R\|_2$. "
)

CLAIMS = (
    Claim(
        slug="calibrated_weight",
        stem="calibrated_ascent",
        source="beyond the paper",
        statement=(
            r"Mean convention, any differentiable loss. "
            r"$\bar\ell_D-\gamma\bar\ell_F+\frac\mu2\|w\|^2=(1-f)L_R$ "
            r"with $\gamma=f$ and $\mu=(1-f)\lambda$: descent on **all** data with ascent of "
            r"weight $f$ is the oracle's objective. For $\varphi'<0$ no other pair "
            r"$(\gamma,\mu)$ has the oracle as a stationary point for every data set; on a single "
            r"one no other has unless "
            r"$\nabla\bar\ell_F(w_R)$ is parallel to $w_R$. Descent–ascent is $\frac n{n_R}$ "
            r"times this objective with $\gamma=1$ and the right ridge: its ascent is too strong "
            r"by exactly $\frac n{n_F}$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="orthogonal_ascent_is_exact",
        stem="calibrated_ascent",
        source="beyond the paper",
        statement=(
            _SUM + r"$\varphi''>0$. $w_1$ is the oracle **if and only if** "
            r"$A_RA_F^\top\psi_F=0$, so always where forgotten rows are orthogonal to retained "
            r"ones, $A_RA_F^\top=0$. In the mean convention the step $\frac f\lambda$ on "
            r"$\bar\ell_F$ then gives the oracle of the ridge $\frac\lambda{1-f}$, not of "
            r"$\lambda$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives", "exp_loss_derivatives"),
    ),
    Claim(
        slug="orthogonal_ascent_flow",
        stem="calibrated_ascent",
        source="beyond the paper",
        statement=(
            r"Sum convention, logistic or exponential loss, gradient flow of ascent on "
            r"$\sum_F\varphi$ from $w_D$, forgotten rows orthogonal to the retained ones and to "
            r"one another. A forgotten row of margin $z>0$ at $w_D$ has the oracle's margin $0$ "
            r"at the time $t^*$ with $\lambda t^*=\frac{\int_0^z du/\psi(u)}{z/\psi(z)}<1$: "
            r"$\frac{1-e^{-z}}z$ (exponential), $\frac{z+e^z-1}{z(1+e^z)}$ (logistic). It "
            r"decreases strictly with $z$, and so with the row's length $\sqrt{\lambda "
            r"z/\psi(z)}$. The flow passes exactly through the oracle if and only if all "
            r"forgotten rows other than $0$ are equally long; otherwise no stopping time reaches "
            r"it, though one "
            r"step of size $\frac1\lambda$ does."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.AMENDED,
        uses=("orthogonal_ascent_is_exact",),
        finding=(
            r"A first version said that the flow misses the oracle as soon as the forget set has "
            r"more than one direction. Two orthonormal forgotten rows, orthogonal to the retained "
            r"ones, have one and the same margin at all times: both are at $0$ at $\lambda t^*$, "
            r"and the flow is at the oracle. What it cannot bridge is a difference of lengths."
        ),
    ),
    Claim(
        slug="cross_gram_bound",
        stem="calibrated_ascent",
        source="beyond the paper",
        statement=(
            _SUM + _CURVATURE + r"With $g=\frac1\lambda A_F^\top\psi_F$, $c=A_Rg$, $\Omega$ the "
            r"diagonal matrix of the mean curvatures of the retained samples between $w_R$ and "
            r"$w_D$, $Q=A_R^\top\Omega A_R$ and $M=\lambda I+Q$: $$w_1-w_R=-M^{-1}Qg,\qquad "
            r"w_D-w_R=\lambda M^{-1}g.$$ Hence, with $b=s\sqrt\kappa$, $t=\min(b,\sqrt\lambda)$ "
            r"and $\omega$ the least curvature, "
            r"$$\frac{\omega\|c\|^2}{(\lambda+b^2)\|g\|}\le\|w_1-w_R\|\le\frac{\sqrt\kappa\,t}{"
            r"\lambda+t^2}\|c\|,\qquad\|w_1-w_R\|_M\le\frac{\sqrt\kappa\,b}{\sqrt{\lambda+b^2}}"
            r"\|c\|.$$ All three are attained in the limit of small margins, for every $s$ and "
            r"$\lambda$. Logistic loss: "
            r"$\|w_1-w_R\|\le\frac{s\,\|A_RA_F^\top\psi_F\|}{\lambda(4\lambda+s^2)}$ if "
            r"$s^2\le4\lambda$, and $\frac{\|A_RA_F^\top\psi_F\|}{4\lambda^{3/2}}$ for any $s$. "
            r"Mean convention: the same for $w_1=w_D-\frac1\lambda\nabla L_R(w_D)$, with "
            r"$A_R/\sqrt{n_R}$ for $A_R$ and $-\nabla L_R(w_D)$ for $A_F^\top\psi_F$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("orthogonal_ascent_is_exact", "log_loss_derivatives", "exp_loss_derivatives"),
        finding=(
            r"This sharpens $\|w_1-w_R\|\le\frac{s}{4\lambda^2}\|A_RA_F^\top\psi_F\|$, whose "
            r"$\frac14$ is the best constant only as $s^2/\lambda\to0$ and which grows without "
            r"need where the ridge is weak: it is too large by $1+\frac{s^2}{4\lambda}$ up to "
            r"$s^2=4\lambda$, and by $\frac s{\sqrt\lambda}$ beyond."
        ),
    ),
    Claim(
        slug="ascent_step_size",
        stem="calibrated_ascent",
        source="beyond the paper",
        statement=(
            _SUM + _CURVATURE + r"For $w_\eta=w_D-\eta A_F^\top\psi_F$ with "
            r"$\eta^*=\frac2{2\lambda+\kappa s^2}$, $$\|w_{\eta^*}-w_R\|\le\frac{\kappa "
            r"s^2}{2\lambda+\kappa s^2}\|w_D-w_R\|:$$ one step of ascent of this size brings "
            r"**every** original with $w_D\ne w_R$ closer, whatever the dependence. No other step "
            r"size has as small a constant for all data of this $s$, $\kappa$ and $\lambda$. The "
            r"step $\frac1\lambda$ has $\frac{\kappa s^2}\lambda$, so it can harm only where "
            r"$\kappa s^2>\lambda$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("cross_gram_bound",),
    ),
)
