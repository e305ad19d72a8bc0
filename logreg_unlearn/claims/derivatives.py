"""Claims about the derivatives of the losses and of the signed objective."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_NOT_DRAWN = "a formula in use everywhere: there is nothing to compare in a figure"

CLAIMS = (
    Claim(
        slug="log_loss_derivatives",
        stem="derivatives",
        source="paper, §5 (the loss); the bounds are beyond the paper",
        statement=(
            r"For every real margin $z$ the logistic loss $\varphi(z)=\log(1+e^{-z})$ has "
            r"$\varphi'=-\frac{1}{1+e^z}<0$, $\varphi''=\frac{e^z}{(1+e^z)^2}\in(0,\tfrac14]$ "
            r"with $\tfrac14$ attained at $z=0$, and $\varphi'''=\varphi''\,"
            r"\frac{1-e^z}{1+e^z}$, hence $|\varphi'''|<\varphi''$ and $|\varphi'''|\le"
            r"\frac{1}{6\sqrt3}$, attained at $z=\pm\log(2+\sqrt3)$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        gaps={"figure": _NOT_DRAWN},
    ),
    Claim(
        slug="exp_loss_derivatives",
        stem="derivatives",
        source="paper, §5 (the tractable loss)",
        statement=(
            r"For every real margin $z$ the exponential loss $\varphi(z)=e^{-z}$ has "
            r"$\varphi=\varphi''$ and $\varphi'=\varphi'''=-\varphi$: it is decreasing and "
            r"strictly convex, $|\varphi'''|=\varphi''$, and its curvature is unbounded as "
            r"$z\to-\infty$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.AMENDED,
        gaps={"figure": _NOT_DRAWN},
        finding=(
            r"The source prints the loss as $e^{y h}$, without the minus sign. As printed it "
            r"would charge a right decision of margin 1 with $e\approx2.72$ and a wrong one "
            r"with $e^{-1}\approx0.37$. A slip of the pen: every formula that follows in the "
            r"source is that of $e^{-yh}$."
        ),
    ),
    Claim(
        slug="objective_derivatives",
        stem="derivatives",
        source="paper, §5.1 (gradients); the bounds are beyond the paper",
        statement=(
            r"Let $J(w)=\sum_{i=1}^n c_i\,\varphi(a_i\cdot w+o_i)+\frac\lambda2\sum_{k=1}^d "
            r"p_kw_k^2$ with $a_i=y_ix_i$, signed coefficients $c_i$, offsets $o_i$, "
            r"$\lambda>0$ and $p_k\in\{0,1\}$ (1: coordinate $k$ carries the ridge). With "
            r"$z_i=a_i\cdot w+o_i$ and $P=\mathrm{diag}(p)$: $\nabla J=\sum c_i\varphi'(z_i)a_i+"
            r"\lambda Pw$ and $\nabla^2J=\sum c_i\varphi''(z_i)a_ia_i^\top+\lambda P$. If $c\ge0$ "
            r"and $P=I$, $J$ is $\lambda$-strongly convex. For the logistic loss, with "
            r"$c_i^\pm=\max(\pm c_i,0)$, $\lambda P-\frac14\sum "
            r"c_i^-a_ia_i^\top\preceq\nabla^2J\preceq\lambda P+\frac14\sum c_i^+a_ia_i^\top$ at "
            r"every $w$, and with a negative coefficient the Hessian can be indefinite."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives", "exp_loss_derivatives"),
        gaps={"figure": _NOT_DRAWN},
    ),
)
