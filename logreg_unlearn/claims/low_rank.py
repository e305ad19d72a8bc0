"""Claims about what a deletion can move: as many directions as rows go, and mostly fewer."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SETTING = (
    r"Sum convention, $J_S(w)=\sum_S\varphi(a_i\cdot w)+\frac\lambda2\|w\|^2$, $a_i=y_ix_i$, "
    r"$\psi=-\varphi'$, logistic or exponential loss. "
)

CLAIMS = (
    Claim(
        slug="deletion_is_low_rank",
        stem="low_rank",
        source="beyond the paper",
        statement=(
            _SETTING + r"$\nabla J_R(w_D)=\sum_F\psi_ia_i$, the slopes at $w_D$: what the oracle "
            r"has to undo lies in the span of the $n_F$ forgotten rows. Exactly, "
            r"$\nabla J_D(w_R)=-\sum_F\psi_ia_i$ with the slopes at $w_R$, so the oracle is the "
            r"minimiser of $J_D$ subject to $A_Fw=A_Fw_R$, and it is found over $v\in\mathbb "
            r"R^{n_F}$ alone: $\min_wJ_R(w)=\min_v\bigl[P(v)-\sum_F\varphi(v_i)\bigr]$, "
            r"$P(v)=\min_{A_Fw=v}J_D(w)$, infinite where no $w$ has these margins. For one row "
            r"$a\ne0$ the second derivative of the bracket is "
            r"$1/a^\top\nabla^2J_R^{-1}a>0$. The posteriors, of densities in proportion to "
            r"$e^{-J_D}$ and $e^{-J_R}$, have a quotient that depends on $A_Fw$ alone, so given "
            r"$A_Fw$ they are one and the same law. In the mean convention $w_D$ joins the span: "
            r"$n_R\nabla L_R(w_D)=\sum_F\psi_ia_i-n_F\lambda w_D$. The gradients and the "
            r"constraint ask nothing of the loss: for softmax $(e_{y_i}-\pi_i)x_i^\top$ stands for "
            r"$\psi_ia_i$, and the $K$ logits $Wx_i$ of a forgotten row for its margin."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("objective_derivatives", "influence_to_newton", "softmax_derivatives"),
        gaps={"figure": "identities: there is nothing to see beside the spectrum"},
    ),
    Claim(
        slug="deletion_spectrum",
        stem="low_rank",
        source="beyond the paper",
        statement=(
            _SETTING + r"$H=\nabla^2J_D(w_D)$, $B=H^{-1/2}[\psi_ia_i]_{i\in F}$ with singular "
            r"values $\varsigma_1\ge\varsigma_2\ge\dots$, so that "
            r"$\sum\varsigma_i^2=\sum_F\psi_i^2\,a_i^\top H^{-1}a_i$. For **every** "
            r"$S\subseteq F$ at once, what the removal step $\Delta_S=-H^{-1}\sum_S\psi_ia_i$ (one "
            r"influence step) has outside the $r$ leading left singular directions is at most "
            r"$\varsigma_{r+1}\sqrt{|S|}$ in the norm $\sqrt{v^\top Hv}$. Attained where "
            r"the columns of $B$ are orthogonal, $r$ of them longer than those of $S$, which are "
            r"the "
            r"next longest and equally long. For softmax with $(e_{y_i}-\pi_i)x_i^\top$ for "
            r"$\psi_ia_i$, word for word; the entries of such a column add up to $0$ over the "
            r"classes, so at most $(K-1)d$ of the values are positive."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("deletion_is_low_rank",),
    ),
)
