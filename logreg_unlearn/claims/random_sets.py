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
)
