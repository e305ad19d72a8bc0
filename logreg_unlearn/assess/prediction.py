r"""How many times farther from the oracle descent-ascent will end, from the original alone.

Every stationary point of descent-ascent is a fixed point of
:math:`T(w)=w-\nabla L_{DA}(w)/\lambda`, in the mean convention :math:`-G(w)/\lambda` with
:math:`G=\nabla(\bar\ell_R-\bar\ell_F)`.  Two ends
are at hand: T applied twice to the original (it goes where the ridge sends the gradients'
difference), and one Newton step on descent-ascent's own, indefinite objective (it finds a minimum
nearby, which is where descent-ascent helps).  The step is believed where the curvature at the
original is positive in every direction and it ends at the smaller gradient.  One Newton step on the
retained loss stands in for the oracle.

Source: beyond the paper; the candidates it won against are in :mod:`.candidates`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logreg_unlearn.assess.distance import ratio
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.unlearn.removal.newton import newton_removal

__all__ = ["BEST", "Ends", "Prediction", "ends_of", "predicted_ratio", "ratio_of"]

BEST = "newton or fixed point"
"""The candidate that orders and measures best (``scripts/cross_influence.py``)."""

MEASURED = (1.05, 1.44)
"""By which factor `BEST` is off, median and 90 % quantile: `scripts/cross_influence.py`."""
OF_CLASSES = (1.06, 1.30)
"""The same of three classes or more, under softmax."""


@dataclass(frozen=True)
class Prediction:
    """Descent-ascent's ratio of distances as it is predicted from the original alone.

    Attributes
    ----------
    value : float
        Its distance to the oracle over the original's; NaN where nothing is predicted.
    name : str
        The candidate.
    off, off_90 : float
        The factor by which it was off where it was measured, in the median and in nine cases of
        ten (mean convention, logistic loss or softmax).
    missing : str
        Why nothing is predicted; empty where something is.
    """

    value: float
    name: str = BEST
    off: float = MEASURED[0]
    off_90: float = MEASURED[1]
    missing: str = ""

    @property
    def sentence(self) -> str:
        """The prediction in one sentence."""
        if self.missing:
            return f"predicted before running: nothing, {self.missing}"
        shown = f"{self.value:.3g}" if self.value < 1e3 else f"{self.value:.0f}"
        return (
            f"predicted before running: {shown}x the original's distance to the oracle "
            f"({self.name}; within a factor of {self.off:.2f} in half of the cases measured, of "
            f"{self.off_90:.2f} in nine of ten)"
        )


def predicted_ratio(problem: AnyProblem, w: Array) -> Prediction:
    """Predict how many times farther from the oracle descent-ascent ends, before anything is run.

    It costs a Newton step on the retained data, one more Hessian and four gradients.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
        Either convention; weights and offsets may be there.
    w : (d,) array, of K classes (K*d,)
        The original's minimiser.

    Returns
    -------
    Prediction
        Without a value where descent-ascent need not end anywhere: under a loss of unbounded
        slopes, or with columns that the ridge leaves alone.
    """
    if not np.all(np.isfinite(problem.original().slope_sizes())):
        return Prediction(float("nan"), missing="as under this loss it can diverge")
    if problem.unpenalised:
        return Prediction(float("nan"), missing="as it can run off along columns without a ridge")
    ends = ends_of(problem, np.asarray(w, dtype=np.float64))
    off = OF_CLASSES if isinstance(problem, SoftmaxProblem) else MEASURED
    return Prediction(ratio_of(ends.candidates[BEST], ends), off=off[0], off_90=off[1])


@dataclass(frozen=True)
class Ends:
    """Where descent-ascent might end, by candidate, beside the Newton removal step.

    Attributes
    ----------
    candidates : dict of str to (d,) array
    removed : (d,) array
        One Newton step on the retained loss: it stands in for the oracle.
    near : float
        The original's distance to it.
    """

    candidates: dict[str, Array]
    removed: Array
    near: float


def ends_of(problem: AnyProblem, w: Array) -> Ends:
    """Return the candidates for descent-ascent's end that are points, from a model w (d,)."""
    ascent, ridge = problem.descent_ascent(), problem.ridge
    removed = newton_removal(problem, w)
    gradient = ascent.gradient(w)
    hessian = ascent.hessian(w)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        once = w - gradient / ridge
        twice = once - ascent.gradient(once) / ridge
        newton = w - _solved(hessian, gradient)
        slopes = [float(np.linalg.norm(ascent.gradient(end))) for end in (newton, twice)]
    settles = slopes[0] < slopes[1] and _positive_definite(hessian)
    candidates = {
        "fixed point once": once,
        "fixed point twice": twice,
        "signed newton": newton,
        BEST: newton if settles else twice,
    }
    return Ends(candidates, removed, float(np.linalg.norm(w - removed)))


def _solved(hessian: Array, gradient: Array) -> Array:
    """Return the inverse of any symmetric matrix times a vector; infinite where there is none."""
    try:
        return np.asarray(np.linalg.solve(hessian, gradient))
    except np.linalg.LinAlgError:
        return np.full_like(gradient, np.inf)


def _positive_definite(hessian: Array) -> bool:
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return False
    return True


def ratio_of(end: Array, ends: Ends) -> float:
    """Return the distance of one end to the Newton step over the original's."""
    with np.errstate(over="ignore", invalid="ignore"):
        far = float(np.linalg.norm(end - ends.removed))
    return float(ratio(far if np.isfinite(far) else np.inf, ends.near))
