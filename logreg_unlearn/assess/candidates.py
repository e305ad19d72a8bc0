r"""Candidates that might predict how badly descent-ascent ends, from the original model alone.

Nothing here retrains or runs: every candidate is a function of the problem and of a model w, the
original's :math:`w_D` in practice.  With :math:`G(w)=\nabla(\bar\ell_R-\bar\ell_F)(w)`, the Newton
removal step :math:`w_N` (one step on the retained loss, which stands in for the oracle) and
:math:`\delta=\|w_D-w_N\|`, a **ratio** predicts descent-ascent's distance to the oracle over the
original's:

=========================  =========================================================================
``fixed point once``       :math:`\|T(w_D)-w_N\|/\delta`, :math:`T(w)=-G(w)/\lambda`: every
                           stationary point of descent-ascent is a fixed point of T
``fixed point twice``      the same from :math:`T(w_D)`
``signed newton``          the Newton step on descent-ascent's own objective, indefinite as it is
``newton or fixed point``  the signed step where the curvature at w is positive and it ends where
                           descent-ascent's gradient is smaller; else the fixed point twice
``law at original``        law of harm, :math:`\sqrt{\|w_N\|^2+r^2}/\delta` with
                           :math:`\lambda r=\sqrt{k\,\mathrm{tr}\,S^2}` at :math:`w_D`
``law at zero``            the same with :math:`S^2` at 0
``law self-consistent``    with r the length at which that noise sustains itself, along T(w_D)
``law without F``          the same along another random forget set, :math:`\|w_D\|` for
                           :math:`\|w_N\|` and
                           :math:`f\sqrt{k\,\mathrm{tr}\,H^{-1}S^2H^{-1}}` for :math:`\delta`
``forget gradient``        :math:`(1+f)\|g_F\|/(f\|g_R\|)`: below 1 it helps under a strong ridge
=========================  =========================================================================

A **score** only orders: the spectral norm of :math:`X_RH^{-1}X_F^\top` that the paper proposes,
raw, weighted by :math:`\varphi'` or :math:`\sqrt{\varphi''}`, over :math:`n_F` or
:math:`\sqrt{n_Rn_F}`, its Frobenius norm and overlap; and ``trivial``,
:math:`1/(f\sqrt\lambda)`, which anything of use has to beat.

Source: the cross-influence matrix is the paper's (Appendix A); the rest is beyond the paper.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.assess.dependence import cross_norms, gradient_norms, whitened_rows
from logreg_unlearn.assess.distance import ratio
from logreg_unlearn.assess.prediction import BEST, ends_of, ratio_of
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.theory.random_sets import consistent_noise, law_of_harm

__all__ = ["RATIOS", "SCORES", "ratios", "scores"]

RATIOS = (
    "fixed point once", "fixed point twice", "signed newton", BEST,
    "law at original", "law at zero", "law self-consistent", "law without F", "forget gradient",
)  # fmt: skip
SCORES = (
    "cross-influence raw", "cross-influence slopes", "cross-influence curvatures",
    "cross-influence / n_F", "cross-influence / sqrt(n_R n_F)", "cross-influence Frobenius",
    "cross-influence overlap", "trivial",
)  # fmt: skip


def ratios(problem: AnyProblem, w: Array) -> dict[str, float]:
    """Return the candidates that predict descent-ascent's ratio of distances.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
        In the mean convention, with a ridge on every column and without sample weights: what the
        candidates are stated for.
    w : (d,) array
        The original's minimiser.

    Returns
    -------
    dict of str to float
        Keys `RATIOS`; infinite where a candidate overflows. For the exponential loss, whose
        noise need not sustain itself at any length, the last two laws are NaN, and of more than
        two classes, for which it is not stated, the law of harm.

    Raises
    ------
    ValueError
        For a problem of another kind.
    """
    _require(problem)
    w = np.asarray(w, dtype=np.float64)
    f, ends = problem.forget_fraction, ends_of(problem, w)
    found = dict.fromkeys(RATIOS, np.nan)
    found |= {name: ratio_of(end, ends) for name, end in ends.candidates.items()}
    if isinstance(problem, UnlearningProblem):
        found |= _laws(problem, w, ends.removed, ends.candidates["fixed point once"])
    sides = (problem.weighted(*shares, ridge=False).gradient(w) for shares in ((1, 0), (0, 1)))
    retained, forgotten = (float(np.linalg.norm(side)) for side in sides)
    found["forget gradient"] = float(ratio((1 + f) * forgotten, f * retained))
    return found


def _laws(problem: UnlearningProblem, w: Array, removed: Array, once: Array) -> dict[str, float]:
    """Return the four versions of the law of harm."""
    rows, ridge, loss = problem.original().signed_features, problem.ridge, problem.original().loss
    slopes = loss.derivative(problem.original().margins(w))
    n, gone = len(rows), int(problem.forget.sum())
    factor = n / (gone * (n - gone))
    spread = factor * float(np.sum(np.var(slopes[:, None] * rows, axis=0, ddof=1)))
    start = float(loss.derivative(np.zeros(1))[0])
    at_zero = factor * start**2 * float(np.sum(np.var(rows, axis=0, ddof=1)))
    near, length = float(np.linalg.norm(w - removed)), float(np.linalg.norm(removed))
    noises = {
        "law at original": np.sqrt(spread) / ridge,
        "law at zero": np.sqrt(at_zero) / ridge,
        "law self-consistent": np.nan,
    }
    found = {"law without F": np.nan}
    if not loss.unbounded:
        noises["law self-consistent"] = float(consistent_noise(rows, gone, ridge, once))
        # any other forget set of the size will do: the noise's length hardly depends on which
        other = np.zeros(n, dtype=bool)
        other[np.random.default_rng(0).permutation(n)[:gone]] = True
        along = start * (rows[other].mean(axis=0) - rows[~other].mean(axis=0))
        noise = float(consistent_noise(rows, gone, ridge, along))
        influence = np.linalg.solve(problem.original().hessian(w), (slopes[:, None] * rows).T)
        moved = factor * float(np.sum(np.var(influence, axis=1, ddof=1)))
        expected = problem.forget_fraction * np.sqrt(moved)
        found["law without F"] = _law(float(np.linalg.norm(w)), noise, expected)
    return found | {name: _law(length, noise, near) for name, noise in noises.items()}


def _law(length: float, noise: float, near: float) -> float:
    if np.isnan(noise) or near == 0.0:
        return np.nan if np.isnan(noise) else np.inf
    return float(law_of_harm(length, noise, near).ratio)


def scores(problem: AnyProblem, w: Array) -> dict[str, float]:
    """Return the candidates that order problems without predicting a number.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
        As in `ratios`.
    w : (d,) array
        The original's minimiser.

    Returns
    -------
    dict of str to float
        Keys `SCORES`. Where a weighting is not named it is that by slopes; the others, which go by
        a row's one margin, are NaN of more than two classes.

    Raises
    ------
    ValueError
        For a problem of another kind.
    """
    _require(problem)
    slopes, forget = gradient_norms(problem, w), problem.forget
    raw = bent = np.nan
    if isinstance(problem, UnlearningProblem):
        objective, rows = problem.original(), whitened_rows(problem, w)
        curvatures = np.sqrt(objective.loss.curvature(objective.margins(w)))
        raw = cross_norms(rows, forget).spectral
        bent = cross_norms(curvatures[:, None] * rows, forget).spectral
    gone = int(forget.sum())
    found = (
        raw,
        slopes.spectral,
        bent,
        slopes.spectral / gone,
        slopes.spectral / float(np.sqrt(gone * (len(forget) - gone))),
        slopes.frobenius,
        slopes.overlap,
        1.0 / (problem.forget_fraction * float(np.sqrt(problem.ridge))),
    )
    return dict(zip(SCORES, found, strict=True))


def _require(problem: AnyProblem) -> None:
    wrong = {
        "the mean convention": problem.normalisation != "mean",
        "a ridge on every column": bool(problem.unpenalised),
        "no sample weights": problem.weights is not None,
        "no offset": problem.offset is not None,
    }
    for what, missing in wrong.items():
        if missing:
            raise ValueError(f"expected a problem with {what}, got {problem!r}")
