"""Claims that bound the distance to the oracle without computing it."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

CLAIMS = (
    Claim(
        slug="distance_sandwich",
        stem="certificates",
        source="beyond the paper",
        statement=(
            r"For **any** $w$ (the original, an unlearned model, anything) and the oracle's "
            r"objective $L_R$ of the logistic loss with $\lambda>0$ on every coordinate, let "
            r"$L=\lambda+\frac{1}{4n_R}\|X_R\|_2^2$, $\|X_R\|_2$ the spectral norm. Then "
            r"$$\frac{\|\nabla L_R(w)\|}{L}\le\|w-w_R\|\le\frac{\|\nabla L_R(w)\|}{\lambda}.$$ "
            r"The right-hand bound is attained along directions that no retained sample sees; "
            r"the left-hand constant is approached at small margins. The right-hand bound "
            r"holds for every convex loss."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives", "objective_derivatives"),
    ),
    Claim(
        slug="self_concordant_sandwich",
        stem="certificates",
        source="beyond the paper",
        statement=(
            r"Let $J(w)=\sum_ic_i\varphi(a_i\cdot w)+\frac\lambda2\|w\|^2$ with $c\ge0$, "
            r"$\lambda>0$ (the oracle's objective is one), $H=\nabla^2J(w)$, "
            r"$\Delta=-H^{-1}\nabla J(w)$ the Newton step at any $w$, $w^*$ the minimiser and "
            r"$\|v\|_A=\sqrt{v^\top Av}$. For the logistic and "
            r"the exponential loss and any $\delta>0$ with $\delta\ge\max_i|a_i\cdot(w^*-w)|$ "
            r"(over the samples with $c_i>0$), $$\|\Delta\|_H\frac{\delta}{e^\delta-1}\le"
            r"\|w^*-w\|_H\le\|\Delta\|_H\frac{\delta}{1-e^{-\delta}},\qquad "
            r"\|w^*-w-\Delta\|_H\le\|\Delta\|_H\Bigl(\frac{\delta}"
            r"{1-e^{-\delta}}-1\Bigr).$$ Known without $w^*$, and so a choice of $\delta$, are "
            r"$\max_i\|a_i\|\,\|\nabla J(w)\|/\lambda$ and, whenever $\kappa=\max_i"
            r"\|a_i\|_{H^{-1}}\|\Delta\|_H<1$, $-\log(1-\kappa)$. At $\delta\le0.1$ both sides are "
            r"within 5.1 % of $\|\Delta\|_H$. Both factors are "
            r"approached in the tail of the loss, so neither can be improved."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives", "exp_loss_derivatives", "objective_derivatives"),
    ),
    Claim(
        slug="harm_certificate",
        stem="certificates",
        source="beyond the paper",
        statement=(
            r"Let $l_U\le\|w_U-w_R\|\le u_U$ and $l_D\le\|w_D-w_R\|\le u_D$ bound the distances "
            r"of the unlearned and of the original model from the oracle **in one and the same "
            r"norm**. If $l_U>u_D$, unlearning was worse than doing nothing; if $u_U<l_D$, it "
            r"helped; both without knowing $w_R$. With the bounds of `distance_sandwich` harm "
            r"is certified whenever $\|w_U-w_R\|>(L/\lambda)^2\|w_D-w_R\|$, and help likewise."
        ),
        kind=Kind.LOWER,
        verdict=Verdict.HOLDS,
        uses=("distance_sandwich", "self_concordant_sandwich"),
        finding=(
            r"The norms must agree: the bounds of `self_concordant_sandwich` at $w_U$ and at "
            r"$w_D$ are in two different norms, those of the Hessians at $w_U$ and at $w_D$. "
            r"One feature of value 4 under both labels ($w_R=0$) and $\lambda=0.01$: "
            r"$w_U=2$ has $\|w_U\|_{H(w_U)}<0.3$ and $w_D=0.2$ has $\|w_D\|_{H(w_D)}>0.3$, "
            r"though $w_U$ is ten times as far away. The vector form of the sandwich brings "
            r"both to Euclidean distance."
        ),
    ),
)
