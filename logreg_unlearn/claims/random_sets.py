"""Claims about uniformly random forget sets."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

CLAIMS = (
    Claim(
        slug="random_forget_accuracy",
        stem="random_sets",
        source="paper, Lemma 1 (§4, App. C)",
        statement=(
            r"Let the samples be i.i.d., let the split into $R$ and $F$, $|F|=n_F$, be made "
            r"without looking at them, and let the oracle be a function of $R$ and of "
            r"randomness of its own. With $\mathrm{Acc}_T$ its accuracy under the law of the "
            r"samples and $\mathrm{Acc}_F$ its accuracy on $F$, for every $\varepsilon\ge0$ "
            r"$$P\bigl(|\mathrm{Acc}_T-\mathrm{Acc}_F|\ge\varepsilon\bigr)\le "
            r"2e^{-2n_F\varepsilon^2}.$$ The probability is over the draw of the samples, of "
            r"the split and of the training together."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        finding=(
            r"The randomness has to be said. Given the whole data set, $F$ is what $R$ leaves "
            r"over and the bound is false: if the labels drawn happen to be all $+1$ under a "
            r"law that makes them $\pm1$ with equal probability, an oracle that answers $+1$ "
            r"has $\mathrm{Acc}_F=1$ and $\mathrm{Acc}_T=\frac12$ for **every** split, however "
            r"large $n_F$. Independence is needed as well: ten copies of one fair sample "
            r"deviate by $\frac12$ always, where the bound says $2e^{-5}\approx0.013$."
        ),
    ),
    Claim(
        slug="random_cancellation",
        stem="random_sets",
        source="beyond the paper",
        statement=(
            r"Fix $w$ and let $F$ be uniform over the subsets of $n_F$ of the $n$ samples, "
            r"$1\le n_F<n$. Then $E[\bar\ell_R(w)-\bar\ell_F(w)]=0$ exactly, so $E[L_{DA}(w)]="
            r"\frac\lambda2\|w\|^2$: what descent–ascent optimises in expectation is the ridge "
            r"alone, minimised by the empty model $w=0$. Moreover $\mathrm{Var}[\bar\ell_R(w)-"
            r"\bar\ell_F(w)]=S^2(w)\,\frac{n}{n_Rn_F}$ with $S^2$ the $(n-1)$-normalised "
            r"variance of the sample losses, and with ascent weight $\beta$ the mean is "
            r"$(1-\beta)\bar\ell_D(w)$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        finding=(
            r"$w$ must not depend on $F$: for two samples $\pm x$ of one label, $\|x\|=1$, the "
            r"logistic loss, and $w$ of length $m$ along the sample that is kept, "
            r"$\bar\ell_R-\bar\ell_F=-m$ for both forget sets. The "
            r"statement is about the mean of the objectives, not about the mean of their "
            r"minimisers."
        ),
    ),
    Claim(
        slug="random_gradient",
        stem="random_sets",
        source="beyond the paper",
        statement=(
            r"Fix $w$, any loss, $F$ uniform over the subsets of $n_F$ of the $n$ samples, $1\le "
            r"n_F<n$. $\nabla(\bar\ell_R-\bar\ell_F)(w)$ has mean $0$ and covariance $kS^2(w)$, "
            r"$k=\frac n{n_Rn_F}$, $S^2$ the $(n-1)$-normalised covariance of the sample "
            r"gradients, so $$E\|\nabla(\bar\ell_R-\bar\ell_F)(w)\|^2=k\,\mathrm{tr}\,S^2(w).$$ "
            r"By `strong_ridge_limit`, as $\lambda\to\infty$, $E\|\lambda "
            r"w_{DA}\|^2\to\varphi'(0)^2\,k\,\mathrm{tr}\,\mathrm{Cov}(a)$, $a_i=y_ix_i$."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
        uses=("random_cancellation", "strong_ridge_limit"),
    ),
    Claim(
        slug="stationary_norm",
        stem="random_sets",
        source="beyond the paper",
        statement=(
            r"Logistic loss, mean convention, ridge $\lambda$ on every coordinate, $F$ uniform of "
            r"size $n_F$, $r^2=\frac1n\sum_i\|x_i\|^2$. Every stationary point of descent–ascent "
            r"has $\lambda\|w_{DA}\|=\|\nabla(\bar\ell_R-\bar\ell_F)(w_{DA})\|$. With "
            r"$T=\frac{8.8\,r\,n}{\lambda\max(n_R\sqrt{n_F},\,n_F\sqrt{n_R})}$ and any "
            r"$\delta\in(0,1)$, with probability at least $1-\delta$ over $F$ **all** of them "
            r"have $\|w_{DA}\|\le T/\sqrt\delta$, and $E\max\|w_{DA}\|\le2T$. So on a random "
            r"forget set descent–ascent erases the model at the rate $\frac1{\lambda\sqrt{n_F}}$, "
            r"whatever the data were and in any dimension."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.HOLDS,
        uses=("random_gradient", "log_loss_derivatives"),
    ),
    Claim(
        slug="law_of_harm",
        stem="random_sets",
        source="beyond the paper",
        statement=(
            r"Logistic loss, mean convention, $F$ uniform of size $n_F=fn$. Conjecture: "
            r"descent–ascent ends near a vector of length $R$ at right angles to the oracle, "
            r"$\lambda R=\sqrt{k\,\mathrm{tr}\,S^2}$ at such a vector, hence "
            r"$$\frac{\|w_{DA}-w_R\|}{\|w_D-w_R\|}\approx\frac{\sqrt{\|w_R\|^2+R^2}}{\|w_D-w_R"
            r"\|}.$$ Where $R\ll\|w_R\|$ (**erasure**) the ratio grows like $\sqrt n$; where "
            r"$R\gg\|w_R\|$ (**noise**) it is about a constant over $\lambda f$, whatever $n$; "
            r"they meet at $R=\|w_R\|$. Proved as $\lambda\to\infty$, $m$ and $V$ the mean and "
            r"the trace of the $(n-1)$-normalised covariance of $a_i=y_ix_i$: the quotient of the "
            r"mean squares of the two distances is "
            r"$\frac{(1-f)^2}{f^2}+n\frac{(1-f)\|m\|^2}{fV}$, the first part noise, the second "
            r"erasure, equal at $n=\frac{1-f}f\frac V{\|m\|^2}$; the law's mean square is then "
            r"too large by $\frac{2V}{n_R}\varphi'(0)^2$, a relative error of the order of $f$."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.OPEN,
        uses=("random_gradient", "stationary_norm", "strong_ridge_limit"),
        finding=(
            r"What is missing: the direction (that noise is nearly orthogonal to the oracle), and "
            r"why $S^2$ at the noise's own end point is that of a fixed vector. Measured, "
            r"$f=0.1$, single random forget sets of breast_cancer, digits_3v8, anes96, fair and "
            r"Gaussian rows at $\lambda=0.01$, $0.1$, $1$ (135 cases, ratios from 29 to 725): the "
            r"law with $S^2(w_{DA})$ is off by a factor of 1.12 in the median and at most 1.73; "
            r"without a run of descent–ascent, $R$ along $m_R-m_F$ of another random set, by 1.21 "
            r"and at most 2.08. $\|w_{DA}\|$ over $\sqrt{k\,\mathrm{tr}\,S^2(w_{DA})}/\lambda$ "
            r"was 0.64 to 1.38 in nine cases of ten. The sweep's median of several hundred on "
            r"random forget sets of real data ($\lambda=0.01$) is the noise regime: over its 40 "
            r"problems noise is, in the median, 26 times as long as the oracle, the measured "
            r"median 371 (5 % and 95 %: 118 and 1015), the law's 390 (137, 985), 348 without a run."
        ),
    ),
    Claim(
        slug="proportional_limit",
        stem="random_sets",
        source="beyond the paper, after Bellec and Koriyama (arXiv 2404.02070)",
        statement=(
            r"Standard normal features, labels of a logistic model of length $\kappa$, $F$ uniform "
            r"of size $fn$, logistic loss, mean convention, $n,d\to\infty$ with $n/d\to\alpha$. "
            r"Conjecture: with $\Lambda=\alpha\lambda$ and coefficients $\hat c$ on ($R$, $F$), "
            r"$(1,1)$ for the original, $(\frac1{1-f},0)$ for the oracle, "
            r"$(\frac1{1-f},-\frac1f)$ for descent–ascent, $p-\gamma\hat c\,\psi(p)=z$ and "
            r"$g=\hat c\,\psi(p)$, the squared length $q$ of each and the inner products $q_{12}$ "
            r"tend to the fixed point of $$\Lambda m=\alpha E[gT],\quad "
            r"q-\tfrac{m^2}{\kappa^2}=\gamma^2\alpha E[g^2],\quad "
            r"\tfrac1\gamma=\Lambda+\alpha E\Bigl[\tfrac{\hat c\varphi''(p)}{1+\gamma\hat "
            r"c\varphi''(p)}\Bigr],\quad "
            r"q_{12}-\tfrac{m_1m_2}{\kappa^2}=\gamma_1\gamma_2\alpha E[g_1g_2],$$ $T$ a row's "
            r"margin under the true model and $z$ normal given $T$ with mean $\frac "
            r"m{\kappa^2}T$, variance $q-\frac{m^2}{\kappa^2}$ and covariance "
            r"$q_{12}-\frac{m_1m_2}{\kappa^2}$; for descent–ascent where it is stable and "
            r"$\gamma<4f$. Proved: a row's equation then has one root, the fixed point satisfies "
            r"$\Lambda q=\alpha E[gp]$ as every stationary point must, and as "
            r"$\lambda\to\infty$ it gives the quotient of `law_of_harm`."
        ),
        kind=Kind.QUALITATIVE,
        verdict=Verdict.OPEN,
        uses=("law_of_harm",),
        finding=(
            r"The published theorem is about minimisers without a ridge on subsets of the rows; "
            r"with a ridge, and with the negative coefficients of descent–ascent, it is a "
            r"conjecture here."
        ),
        measured=(
            r"$d=400$, $\alpha\in\{0.5,2,8\}$, $\kappa\in\{1,2\}$, $f\in\{0.1,0.5\}$, "
            r"$\lambda\in\{0.1,0.3,1,3\}$, means over six draws: the original's distance is off by "
            r"1.0 % in the median and at most 6.6 % (48 settings), descent–ascent's by 0.7 % and "
            r"at most 7.8 % (the 20 settings where the fixed point exists). At $d=100$ the medians "
            r"are 3.4 % and 2.3 %."
        ),
    ),
)
