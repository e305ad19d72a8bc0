"""Claims about what removal guarantees: noise, Newton steps, ascent before finetuning."""

from __future__ import annotations

from logreg_unlearn.claims import Claim, Kind, Verdict

CLAIMS = (
    Claim(
        slug="gaussian_guarantee",
        stem="guarantees",
        source="Balle and Wang (arXiv 1805.06530), Theorem 8; beyond the paper",
        statement=(
            r"Release $w_U+\mathcal N(0,\varsigma^2I)$ and let $a=\|w_U-w_R\|/\varsigma>0$. "
            r"Against the oracle with the same noise, $w_R+\mathcal N(0,\varsigma^2I)$, it is "
            r"$(\varepsilon,\delta)$-indistinguishable, $\varepsilon\ge0$, in both directions, "
            r"exactly for $$\delta\ge\Phi\Bigl(\frac a2-\frac\varepsilon a\Bigr)-e^\varepsilon\,"
            r"\Phi\Bigl(-\frac a2-\frac\varepsilon a\Bigr),$$ which increases with $a$ and "
            r"decreases with $\varepsilon$. The best attacker's advantage (true less false "
            r"positive rate) is $2\Phi(a/2)-1$, the area under his ROC curve $\Phi(a/\sqrt2)$. So "
            r"the ratio of two distances is the ratio of the noise needed, and an upper bound of "
            r"the distance certifies noise without retraining."
        ),
        kind=Kind.SHARP,
        verdict=Verdict.HOLDS,
    ),
    Claim(
        slug="classical_noise_rule",
        stem="guarantees",
        source="Dwork and Roth (2014), Theorem A.1",
        statement=(
            r"Let $0<\delta<1$ and $c=\sqrt{2\ln(1.25/\delta)}$. In the setting of "
            r"`gaussian_guarantee` the noise $\varsigma=c\,\|w_U-w_R\|/\varepsilon$ gives "
            r"$(\varepsilon,\delta)$ for every $0<\varepsilon\le2\ln\frac52\approx1.83$. For every "
            r"$\delta$ it fails at every $\varepsilon>2c\,\bigl(c+\sqrt{2\ln(1/(1-\delta))}"
            r"\bigr)$. For every $\varepsilon>0$ the noise $\varsigma=\|w_U-w_R\|/\bigl(\sqrt2\,"
            r"(\sqrt{\ln(1/\delta)+\varepsilon}-\sqrt{\ln(1/\delta)})\bigr)$ suffices, and even "
            r"gives $(\varepsilon,\delta/2)$."
        ),
        kind=Kind.UPPER,
        verdict=Verdict.AMENDED,
        uses=("gaussian_guarantee",),
        finding=(
            r"Published for $\varepsilon<1$, used for any $\varepsilon$. At $\varepsilon=10$, "
            r"$\delta=10^{-5}$ the true $\delta$ of the rule's noise exceeds $2\cdot10^{-5}$. "
            r"Measured: it first fails at $\varepsilon=3.8$ ($\delta=.9$), 4.5 (.5), 5.7 (.1), "
            r"8.4 ($10^{-5}$); between 1.83 and these nothing is proved. Where $\varepsilon$ is "
            r"large, take the exact noise instead."
        ),
    ),
)
