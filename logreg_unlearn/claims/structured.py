"""Claims about chains of labels: learnt in turns, unlearnt with their messages."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

_SETTING = (
    r"Binary chain of $T\ge2$ sites, labels $y_t=\pm1$, scores $u_t=x_t\cdot w$, pair potential "
    r"$Jy_ty_{t+1}$, messages $m_{a,t}$ on its edges, $b_t=-\sum_{a\ni t}m_{a,t}$, "
    r"$A(u,m)=\sum_t\log2\cosh(u_t+b_t)+\sum_a\log\sum_{y,y'}e^{Jyy'+m_{a,t}y+m_{a,t+1}y'}$, "
    r"$\ell=\min_mA-\sum y_tu_t-J\sum y_ty_{t+1}$. "
)

CLAIMS = (
    Claim(
        slug="message_bias",
        stem="structured",
        source="after Domke, Structured Learning via Logistic Regression (NIPS 2013)",
        statement=(
            _SETTING + r"At fixed messages the loss is $\sum_t\varphi(z_t)$ plus a constant in $w$,"
            r" $\varphi$ the logistic loss, $z_t=2y_t(u_t+b_t)$: rows $2y_tx_t$, offsets "
            r"$2y_tb_t$. The exact step at a site: with $h_0=u_t+b_t$, $h_a$ the half log-odds of "
            r"$y_t$ in the pair marginal of edge $a$ and $h$ the mean of them all, "
            r"$m_{a,t}\mathrel{+}=h-h_a$. Taken at all sites at once it contracts the messages by "
            r"$\tanh|J|$ in the largest entry, so they settle from any start. There, with "
            r"$\mu_t=\tanh(u_t+b_t)$, $\nabla\ell=\sum_t(\mu_t-y_t)x_t$; and $\ell$ is convex and "
            r"at least the exact negative log-likelihood."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("objective_derivatives",),
        gaps={"figure": "identities: what they are good for is the next figure"},
    ),
    Claim(
        slug="alternation",
        stem="structured",
        source="beyond the paper",
        statement=(
            _SETTING + r"Coefficients $c_i>0$ (chains of weight $0$ have left), ridge "
            r"$\lambda>0$. The objective is strictly "
            r"convex and coercive in $(w,m)$, so settling the messages and refitting $w$ with "
            r"them fixed, in turn, converges from any start, and its one fixed point is the joint "
            r"oracle; at any $w$ it is no farther than $\|\nabla L_R(w)\|/\lambda$. With $\mathcal "
            r"H$ the Hessian at fixed messages, $C$ the largest eigenvalue of its data part and "
            r"$D$ the most neighbours of a site ($1$ if $T=2$, else $2$), close to the oracle a "
            r"round leaves at most $\frac D{D+1-\tanh|J|}\cdot\frac C{C+\lambda}$ of the distance, "
            r"in the norm of $\mathcal H$. Attained by two sites with $x=(1,-1)$ and scores $0$, "
            r"$J\ge0$, and by $x$ on the inner site of three at $J=0$. Messages frozen at $w_D$ "
            r"are the first round: they must be unlearned too."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("message_bias",),
        measured=(
            "Rows of scanned threes and eights as chains (J = 0.5, λ = 0.01), a tenth of images "
            "or half of the eights forgotten: 67 and 55 % of the distance are left after one round "
            "(messages frozen at the original), 45 and 33 % after 2, 14 and 7.8 % after 5, 2.1 and "
            "0.86 % after 10, 2.5e-7 and 7.6e-8 after 40."
        ),
    ),
    Claim(
        slug="structured_harm",
        stem="structured",
        source="beyond the paper",
        statement=(
            _SETTING + r"One shared parameter $w\in\mathbb R$, mean convention, a block of chains "
            r"that are alike in retain and forget set (the mean loss over $F$ is $\rho\ge0$ times "
            r"that over $R$, up to a constant), $\ell'(0)\ne0$. For every coupling, ridge and "
            r"$f$, at every stationary point of descent–ascent, $|w_{DA}-w_R|>|w_D-w_R|$ if and "
            r"only if $\rho>\frac f{1+f}$. The proof uses only that $\psi=-\ell'$ decreases "
            r"strictly. Where all $y_tx_t>0$, $\psi=\sum(1-y_t\mu_t)y_tx_t$ is positive too."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("message_bias", "alternation"),
        measured=(
            "Beyond one parameter, on the same rows of digits: descent–ascent ends 288 and 158 "
            "times as far from the oracle as the original."
        ),
    ),
)
