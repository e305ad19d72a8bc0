"""Random forget sets: the gradients' second moment, and a bound on every stationary point."""

from __future__ import annotations

import sympy as sp

from ..kernel.decide import less
from ..kernel.proof import Parts, assume, cite, proves, wrong
from ..kernel.steps import Identity, Monotone, Witness

WITHOUT_REPLACEMENT = (
    "Hoeffding (1963), Theorem 4: a convex function of a sum drawn without replacement has at most "
    "the mean that it has with replacement"
)
SYMMETRISATION = (
    "symmetrisation: E sup |mean - expectation|^2 <= 4 E sup |mean of epsilon_k X_k|^2, epsilon_k "
    "independent signs"
)
CONTRACTION = (
    "Ledoux and Talagrand, Probability in Banach Spaces, Theorem 4.12: E Phi(sup |sum epsilon_k "
    "chi_k(t_k)|/2) <= E Phi(sup |sum epsilon_k t_k|) for chi_k(0) = 0 with Lipschitz constant 1, "
    "Phi convex and increasing"
)
CHEBYSHEV = "Markov's inequality for the square, and the union bound"


@proves
def random_gradient(
    pair_size: int = wrong(2, pairs_counted_as_singles=1),
    freedom: int = wrong(1, covariance_over_n=0),
    slope: sp.Expr = wrong(sp.Rational(1, 2), slope_of_the_exponential_loss=sp.Integer(1)),
) -> Parts:
    """The covariance of ``grad(l_R - l_F)`` entry by entry, and its trace."""
    yield assume(
        "F is uniform over the subsets of n_F of the n samples, 1 <= n_F < n; w is fixed",
        "u_i, v_i are two entries (or one and the same) of the gradient of sample i at w; U, V "
        "and P are the sums of u_i, v_i and u_i v_i",
    )
    n, m = sp.symbols("n n_F", integer=True, positive=True)
    first, second, product = sp.symbols("U V P", real=True)

    def share_containing(k: int) -> sp.Expr:
        return sp.combsimp(sp.binomial(n - k, m - k) / sp.binomial(n, m))

    single, pair = share_containing(1), share_containing(pair_size)
    scale = 1 / (n - m) + 1 / m  # the gap is U/(n - n_F) - scale * (sum over F)
    together = pair * first * second + (single - pair) * product
    covariance = (product - first * second / n) / (n - freedom)
    yield Identity("a sample is forgotten with probability n_F/n", single, m / n)
    yield Identity("two of them together", pair, m * (m - 1) / (n * (n - 1)))
    yield Identity("the mean of every entry is 0", first / (n - m) - scale * single * first)
    yield Identity(
        "E of two entries: k times that entry of S^2, k = n/(n_R n_F)",
        scale**2 * (together - single**2 * first * second),
        covariance * n / (m * (n - m)),
    )
    z = sp.Symbol("z", real=True)
    logistic = sp.log(1 + sp.exp(-z))
    yield Identity("logistic: at w = 0 every slope is 1/2", -sp.diff(logistic, z).subs(z, 0), slope)


@proves
def stationary_norm(
    lipschitz: sp.Expr = wrong(sp.Rational(11, 10), slope_of_one=sp.Integer(1)),
    constant: sp.Expr = wrong(sp.Integer(8), half_the_constant=sp.Integer(4)),
    ascent: int = wrong(-1, forget_set_descended=1),
) -> Parts:
    """Stationarity along w, a scalar process, contraction, and shells of doubling squares."""
    yield assume(
        "logistic loss, mean convention, ridge lambda on every coordinate; F uniform of size n_F",
        "chi(z) = z psi(z) = z/(1 + e^z); Z(B) is the sup over |w| <= B of |chi_R - chi_F|, "
        "means over R and F; r^2 is the mean of |a_i|^2",
        "K = 4 L r n/(n_R sqrt(n_F)), L the Lipschitz constant of chi: E Z(B)^2 <= K^2 B^2",
    )
    yield cite(WITHOUT_REPLACEMENT, SYMMETRISATION, CONTRACTION, CHEBYSHEV)
    z, w, a = sp.symbols("z w a", real=True)
    ridge, c, d = sp.symbols("lambda c_R c_F", positive=True)
    loss = sp.log(1 + sp.exp(-z))
    chi = z / (1 + sp.exp(z))
    b = sp.Symbol("b", real=True)
    objective = c * loss.subs(z, a * w) + ascent * d * loss.subs(z, b * w) + ridge * w**2 / 2
    yield Identity(
        "w.grad L_DA = lambda |w|^2 - (chi_R - chi_F): one sample of each set",
        w * sp.diff(objective, w),
        ridge * w**2 - (c * chi.subs(z, a * w) - d * chi.subs(z, b * w)),
    )
    yield Identity("chi(0) = 0", chi.subs(z, 0))
    t = sp.Symbol("t", positive=True)
    unit, slope = sp.exp(z), sp.diff(chi, z)
    core = (lipschitz - 1) / unit + (2 * lipschitz - 1) + lipschitz * unit + z
    yield Identity(
        "L - chi', times (1 + e^z)^2 e^-z", (lipschitz - slope) * (1 + unit) ** 2 / unit, core
    )
    yield Identity(
        "chi' + L - 1, times the same, is that function at -z",
        (slope + lipschitz - 1) * (1 + unit) ** 2 / unit,
        core.subs(z, -z),
    )
    at = -sp.log(11)
    least = sp.Rational(12, 5) - sp.log(11)
    yield Identity("at z = -log 11 it is 12/5 - log 11", core.subs(z, at), least)
    yield Witness("which is positive", holds=(less(0, least),))
    yield Monotone("and least: above", core.subs(z, at + t) - least, t, ">")
    yield Monotone("and below", core.subs(z, at - t) - least, t, ">")
    n, n_r, n_f, radius, far = sp.symbols("n n_R n_F r tau", positive=True)
    bound, shell = sp.symbols("B j", positive=True)
    square = 4 * (4 * lipschitz**2 * bound**2 * radius**2 / n_f) * (n / n_r) ** 2
    big = 4 * lipschitz * radius * n / (n_r * sp.sqrt(n_f))
    kept, gone = sp.symbols("chi_R chi_F", real=True)
    yield Identity(
        "the difference is that to the mean over all, times n/n_R",
        kept - gone,
        (n_r + n_f) / n_r * ((n_r * kept + n_f * gone) / (n_r + n_f) - gone),
    )
    yield Identity("symmetrised and contracted: E Z(B)^2", square, big**2 * bound**2)
    # shell j: 2^j tau^2 < |w|^2 <= 2^(j+1) tau^2
    chance = big**2 * 2 ** (shell + 1) * far**2 / (ridge * 2**shell * far**2) ** 2
    yield Identity("the chance of shell j", chance, 2 * big**2 / (ridge * far) ** 2 / 2**shell)
    index = sp.Symbol("i", integer=True, nonnegative=True)
    yield Identity("all shells", 2 * sp.summation(sp.Rational(1, 2) ** index, (index, 0, sp.oo)), 4)
    delta = sp.Symbol("delta", positive=True)
    reach = constant * lipschitz * radius * n / (n_r * ridge * sp.sqrt(n_f * delta))
    yield Identity(
        "at this tau the chance is delta", (4 * big**2 / (ridge * far) ** 2).subs(far, reach), delta
    )
    whole = reach.subs(delta, 1)
    yield Identity(
        "the mean: T up to T, and the tail T^2/tau^2 beyond",
        whole + sp.integrate(whole**2 / far**2, (far, whole, sp.oo)),
        2 * whole,
    )
