"""Claims about removal methods: their published bounds, amended where these fail."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

CLAIMS = (
    Claim(
        slug="deletion_sensitivity",
        stem="removal",
        source="beyond the paper",
        statement=(
            r"Mean convention, any convex loss with slopes in $[-1,0]$, such as the logistic one, "
            r"$f=n_F/n$. Then $$\|w_D-w_R\|\le\frac f\lambda\bigl(\mathrm{mean}_F\|x\|+"
            r"\mathrm{mean}_R\|x\|\bigr)\le\frac{2n_FG}{n\lambda},\qquad G\ge\max\|x_i\|,$$ "
            r"whatever the solutions; and from the original "
            r"$$\|w_D-w_R\|\le\frac f{1-f}\,\frac{\|\nabla\bar\ell_F(w_D)+\lambda w_D\|}\lambda"
            r"=\frac{\|\nabla L_R(w_D)\|}\lambda.$$ Both constants are best possible for losses "
            r"with offsets: the first is approached where all rows are far on the wrong side, the "
            r"second attained where no retained row sees what is forgotten."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("log_loss_derivatives", "distance_sandwich"),
    ),
    Claim(
        slug="descent_to_delete",
        stem="removal",
        source="Neel, Roth and Sharifi-Malvajerdi (arXiv 2007.02923)",
        statement=(
            r"Let $L$ be at least every curvature of $L_R$, $s\ge\|w_D-w_R\|$ and "
            r"$c=(L-\lambda)/(L+\lambda)$. From within $e$ of $w_D$, $K$ gradient steps of size "
            r"$2/(L+\lambda)$ down $L_R$ end within $c^K(e+s)$ of $w_R$. If $L$ and $s$ cover "
            r"every request of a stream, each answered by $K\ge1$ steps from where the last one "
            r"ended, the first from the original, every error is at most $c^Ks/(1-c^K)$, and the "
            r"same algorithm that began with the retrained model is within twice as much. Of sets "
            r"of rows take $s=2n_FG/(n\lambda)$ (`deletion_sensitivity`), $n$ the size before. The "
            r"published noise, for one row, is for a distance $8G c^K/(\lambda n(1-c^K))$."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.AMENDED,
        uses=("deletion_sensitivity",),
        finding=(
            r"Used for a set, the one-row form fails, and so does any $L$ that covers $L_D$ only. "
            r"(1) 100 rows $1$ forgotten, 100 rows $-1$ kept, $\lambda=3$, $G=1$: the original is "
            r"$0$, one step ends at $-\frac4{25}$, the oracle is above $-\frac{31}{200}$, and "
            r"the published distance is $\frac1{1800}$, less than an eighth of the true one. (2) "
            r"Rows $4$ and $-4$ kept, two rows $0$ forgotten, $\lambda=1$: the largest curvature "
            r"of $L_D$ is $3$, that of $L_R$ is $5$; original and oracle are $0$, and the step "
            r"$2/(3+1)$ from $\frac14$ ends beyond $-\frac14$ instead of within $\frac18$. $L_R$ "
            r"may exceed $L_D$ by the factor $n/n_R$."
        ),
    ),
    Claim(
        slug="rewind_to_delete",
        stem="removal",
        source="Mu and Klabjan (arXiv 2409.09778)",
        statement=(
            r"All steps of size $\eta$ from one start: $T-K$ gradient steps down $L_D$ and $K$ "
            r"down $L_R$, against $T$ down $L_R$. Let $g\ge\|\nabla(L_R-L_D)\|$ everywhere, such "
            r"as $2n_FG/n$, and $L$ cover the curvature of both objectives. They end within "
            r"$$\eta g\,c^K\,\frac{1-c^{T-K}}{1-c},\qquad c=\max(|1-\eta\lambda|,|1-\eta L|),$$ of "
            r"each other ($\eta g(T-K)$ if $c=1$); for $\eta\le1/L$ this is $\frac g\lambda c^K"
            r"(1-c^{T-K})$, approached where all rows are far on the wrong side. The published "
            r"$\frac gLh(K)$, $h(K)=[(1+\eta L\frac n{n_R})^{T-K}-1](1+\eta L)^K$, for losses "
            r"that need not be convex, follows, and so does it without $\frac n{n_R}$."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("deletion_sensitivity", "descent_to_delete"),
    ),
    Claim(
        slug="noisy_descent",
        stem="removal",
        source="Chien et al. (arXiv 2401.10371); the rate: beyond the paper",
        statement=(
            r"Steps $w\leftarrow w-\eta\nabla L(w)+\sqrt{2\eta}\,\sigma\xi$; $c=\max(|1-\eta"
            r"\lambda|,|1-\eta L|)<1$, $L$ covering $L_D$ and $L_R$; $g\ge\|\nabla(L_R-L_D)\|$ "
            r"everywhere, $Z=\eta g/(1-c)$. The chain on $D$ at stationarity and then $K\ge0$ "
            r"steps on $R$, against the chain on $R$ at stationarity, in both directions: every "
            r"divergence $\frac1{\alpha-1}\ln\int p^\alpha q^{1-\alpha}$ (of Renyi), "
            r"$\alpha>1$, is at most $\alpha\rho$, "
            r"$$\rho=\frac{c^{2K}Z^2(1-c^2)}{4\eta\sigma^2},\qquad\text{so }\varepsilon=\rho+"
            r"2\sqrt{\rho\ln(1/\delta)}.$$ Quadratic losses attain $\rho$. For $\eta\le1/L$ it "
            r"implies the published $\varepsilon=\min_{\alpha>1}\alpha e^{-K\lambda\eta/\alpha}"
            r"\frac{g^2}{\lambda\sigma^2}+\frac{\ln(1/\delta)}{\alpha-1}$. Over a stream of "
            r"requests, $K_j$ steps after the $j$-th, $Z_{j+1}=c^{K_j}Z_j+Z$ takes the place of "
            r"$Z$, as long as $\eta$ and $\sigma$ stay and $c$ covers every request. Where "
            r"gradients are clipped the ridge has to stay outside of the clip."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.AMENDED,
        uses=("deletion_sensitivity", "descent_to_delete"),
        finding=(
            r"The published code clips the gradient with the ridge in it; then steps do not "
            r"contract. Counterexample: a row $0$, $\lambda=1$, clip $1$, $\eta=\frac12$: $3$ and "
            r"$4$ move to $\frac52$ and $\frac72$; their distance stays $1$ instead of at most "
            r"$\frac12$. The published $\varepsilon$, for clipped losses and the ridge outside, is "
            r"true and loose: at every order the exponent is at least twice as large."
        ),
    ),
    Claim(
        slug="worst_case_residual",
        stem="removal",
        source="Guo et al. (arXiv 1911.03030), Theorem 1",
        statement=(
            r"Logistic loss, $J_S(w)=\sum_S\varphi+\frac{\lambda|S|}2\|w\|^2$, $G\ge\max\|x_i\|$. "
            r"One Newton step of $J_R$ from the original leaves $$\|\nabla J_R\|\le"
            r"\frac{n_F^2\,G^5}{3\sqrt3\,\lambda^2n_R}.$$ The published $4\gamma C^2/(\lambda^2"
            r"(n-1))$, $\gamma=\frac14$, $C=1$, follows for one row and $G\le1$."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.AMENDED,
        uses=("newton_residual", "log_loss_derivatives"),
        finding=(
            r"For a set the published form fails: 30 rows $1$ kept and 30 rows $-1$ forgotten, "
            r"$\lambda=1$: the original is $0$, the step $\frac25$, and the residual is more than "
            r"twice the published $\frac1{59}$. It is published for one row; $n_F$ enters squared."
        ),
    ),
    Claim(
        slug="mean_influence",
        stem="removal",
        source="Koh and Liang (arXiv 1703.04730), for the sum convention",
        statement=(
            r"Mean convention, any twice differentiable loss, $H_D=\nabla^2L_D(w_D)$ positive "
            r"definite, and $s=\frac1nH_D^{-1}\sum_F\nabla\varphi_i(w_D)$, the familiar formula. "
            r"The influence step is $$-H_D^{-1}\nabla L_R(w_D)=\frac{s+f\lambda H_D^{-1}w_D}"
            r"{1-f}.$$ In the sum convention it is $s$ with $H_D$ and $\lambda$ of the sum. So the "
            r"familiar formula is wrong in the mean convention: it keeps the ridge of the rows "
            r"that leave, and lacks the factor $n/n_R$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("newton_step_is_scaled_ascent",),
        gaps={"figure": "an identity of two vectors: there is no curve to see"},
    ),
    Claim(
        slug="projective_update",
        stem="removal",
        source="Izzo et al. (arXiv 2002.10077), Theorem 5",
        statement=(
            r"Sum convention, $\lambda>0$, twice differentiable convex loss, $A$ the signed rows "
            r"of $F$, "
            r"$K=AH_D^{-1}A^\top$, $W=\mathrm{diag}\,\varphi''_F$ and $\varphi'_F$ at $w_D$. The "
            r"projective residual update $w_D+A^+(I-KW)^{-1}K\varphi'_F$, which needs the "
            r"forgotten rows and $H_D$ alone, is $w_D+P_F(w_N-w_D)$: the part of the Newton step "
            r"$w_N$ in the span of the forgotten rows, and $w_N$ itself where they span the space. "
            r"For softmax a row of $K$ classes has $K$ rows in $A$, those of its logits, and in "
            r"$W$ the block $\mathrm{diag}\,\pi-\pi\pi^\top$. It can end farther from the oracle "
            r"than the original."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.AMENDED,
        uses=("objective_derivatives",),
        finding=(
            r"In the leave-out residuals of a least-squares fit, $(I-H_{FF})r^-=r$, row $i$ "
            r"is divided by its own $1-H_{ii}$, not by the other row's $1-H_{jj}$. Farther than "
            r"the original: one row $1$ kept, $\lambda=\frac1{100}$, the row $-1$ forgotten "
            r"with the weight that puts the original at $-7$; the oracle lies in $(3,4)$, the "
            r"update ends beyond $80$. There it is the Newton step, which overshoots from the tail."
        ),
    ),
    Claim(
        slug="subspace_oracle",
        stem="removal",
        source="beyond the paper",
        statement=(
            r"Let $H_R=\nabla^2L_R(w_D)$ be positive definite ($J_R$ for $L_R$ in the sum "
            r"convention), and let $w_S$ minimise $L_R$ over $w_D+H_R^{-1}\,\mathrm{span}$ of the "
            r"gradients of the "
            r"forgotten rows' losses at $w_D$ (multiples of the rows $a_i$ in two classes, "
            r"$(\pi_i-e_{y_i})x_i^\top$ in $K$), in the mean convention with $w_D$ in the span as "
            r"well; every weight penalised. The Newton step from $w_D$ lies in this set, so the "
            r"retain risk of $w_S$ is at most its."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.HOLDS,
        uses=("newton_step_is_scaled_ascent",),
        gaps={"theory": "a minimum over a subspace of the data: there is nothing to evaluate"},
    ),
)
