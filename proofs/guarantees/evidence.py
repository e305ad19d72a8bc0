"""What a model shows: the weight of a planted trigger, and decisions that cannot have changed."""

from __future__ import annotations

import sympy as sp

from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, positive

CAUCHY_SCHWARZ = "Cauchy-Schwarz inequality"

w = sp.Symbol("w", real=True)
ridge = sp.Symbol("lambda", positive=True)


@proves
def planted_trigger(
    ascent: int = wrong(1, forgotten_rows_descend=-1),
    retained: int = wrong(0, trigger_in_the_retained_rows=1),
    share: int = wrong(1, original_weighs_both_sets_alike=0),
) -> Parts:
    """One coordinate of three stationarity conditions."""
    n_r, n_f, tau, slope, on_retain = sp.symbols("n_R n_F tau psi psi_R", positive=True)
    yield assume(
        "the column is 0 on R and tau_i > 0 (times the label) on F; any loss with phi' < 0; by "
        "the chain rule a row of value v pulls with psi v, psi = -phi' at its margin",
        "P = mean_F psi_i tau_i, one row standing for the mean; f = n_F/n; mean convention",
        "for the last steps: no other columns on F, tau = 1, logistic loss, v = |w| > 0",
    )
    yield cite("a mean of positive numbers is positive")
    f = n_f / (n_r + n_f)
    kept, forgotten = on_retain * retained * tau, slope * tau  # mean pulls of the two sets

    def at_rest(pull: sp.Expr) -> sp.Expr:
        """The weight at which the ridge balances a pull."""
        return sp.solve(ridge * w - pull, w)[0]

    original = at_rest((n_r * kept + n_f * forgotten) / (n_r + n_f))
    unlearned = at_rest(kept - ascent * forgotten)
    yield Identity("oracle: w = 0", at_rest(kept))
    yield Identity("original: w = (f/lambda) P", original, f**share * forgotten / ridge)
    yield positive("is positive", original)
    yield Identity("descent-ascent: w = -P/lambda", unlearned, -forgotten / ridge)
    yield positive("is negative", -unlearned)
    v = sp.Symbol("v", positive=True)
    logistic = sp.log(1 + sp.exp(-w))
    force = -sp.diff(logistic, w)
    strength = sp.Symbol("s", real=True)
    yield Identity(
        "lambda w = s psi(w) is w (1 + e^w) = s/lambda: G(f/lambda), G(-1/lambda)",
        sp.simplify((ridge * w - strength * force) * (1 + sp.exp(w))),
        ridge * w * (1 + sp.exp(w)) - strength,
    )
    grows = Monotone("e^v > 1", sp.exp(v) - 1, v, ">")
    low, high = (sp.simplify(force.subs(w, sign * v)) for sign in (1, -1))
    yield positive(
        "psi < 1/2 at the original", sp.Rational(1, 2) - low, (grows, 1 / (2 * (1 + sp.exp(v))))
    )
    yield positive(
        "psi > 1/2 at descent-ascent, so |w_DA| > 1/(2 lambda) > w_D/f",
        high - sp.Rational(1, 2),
        (grows, 1 / (2 * (1 + sp.exp(v)))),
    )


@proves
def prediction_agreement(
    power: int = wrong(1, length_of_the_row_left_out=0),
    margin: int = wrong(1, half_the_distance=2),
    other: int = wrong(1, one_logit_alone_moves=0),
) -> Parts:
    """x.w_R is at least |x.w_U| - |x| |w_U - w_R|; a gap of logits likewise, with sqrt(2) |x|."""
    yield assume(
        "by symmetry x.w_U + o = D > 0; e = w_U - w_R, |e| = r - j, r the bound; |x.e| <= |x| |e|; "
        "margin j, i >= 0 and h > 0",
    )
    yield cite(CAUCHY_SCHWARZ)
    length, h, bound = (sp.Symbol(s, positive=True) for s in ("x", "h", "r"))
    i, j = (sp.Symbol(s, nonnegative=True) for s in ("i", "j"))
    shorter = sp.Symbol("e", nonnegative=True)  # |e|, so r = |e| + j
    decision = length**power * (shorter + j) / margin + h
    yield positive(
        "D > |x| r gives x.w_R + o = D - x.e > 0", sp.expand(decision - (length * shorter - i))
    )
    decided = sp.Symbol("D", real=True)
    yield Identity(
        "sharp: w_R = w_U - r x/|x| decides D - |x| r",
        decided - bound * length**2 / length,
        decided - length**power * bound / margin,
    )
    # classes k and j: the gap of W x is the product of W with (e_k - e_j) x', entry by entry
    signs, longer = (1, -other), sp.sqrt(2) * length
    squared = sum(sign**2 for sign in signs) * length**2
    yield Identity(
        "K classes: |(e_k - e_j) x'| = sqrt(2) |x| takes the place of |x|", squared, longer**2
    )
    yield Identity(
        "sharp: W_R = W_U - r (e_k - e_j) x'/(sqrt(2) |x|) leaves the gap D - sqrt(2) |x| r",
        decided - bound * squared / longer,
        decided - longer * bound,
    )
    yield Identity("and has the column sums of W_U", sp.Integer(sum(signs)), sp.Integer(0))
