r"""SCRUB: away from the teacher on the forget set, towards it on the retain set.

Kurmanji et al., arXiv 2302.09880, full batch.  With t the margins of the original (the teacher), z
those of the student, T the temperature and p the teacher's probabilities at t/T, each epoch

.. math:: \text{ascends } T^2\,\mathrm{mean}_F\,\mathrm{KL}(t\|z)\ \text{while it is one of the
          first, then descends } \gamma\,\bar\ell_R + \alpha T^2\,\mathrm{mean}_R\,\mathrm{KL}(t\|z)
          + \tfrac\lambda2\|w\|^2 .

Of two classes the divergence is, up to a constant, the loss of either label weighed by the
teacher, :math:`p\,\varphi(z/T)+(1-p)\,\varphi(-z/T)`: rows of the one objective, K of them for a
sample of K classes.  For another loss p is what makes the teacher its minimiser,
:math:`p = \varphi'(-t/T)/(\varphi'(t/T)+\varphi'(-t/T))`.  At the exact teacher the first ascent is
idle: the first move is the descent's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from logreg_unlearn.problem.logits import probabilities
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.softmax import SoftmaxObjective
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.unlearn.driver import Method, Phase

_Same = TypeVar("_Same", Objective, SoftmaxObjective)


def scrub(
    alpha: float = 0.001,
    gamma: float = 0.99,
    temperature: float = 4.0,
    ascent_share: float = 0.2,
    teacher: Array | None = None,
) -> Method:
    """Return SCRUB; the defaults are the settings its authors give for large data.

    A row that is distilled counts as two in the cost (as K for K classes), its label's loss as
    one more.

    Parameters
    ----------
    alpha, gamma : float
        Weights of the divergence and of the loss on the retain set, at least 0.
    temperature : float
        T, greater than 0.
    ascent_share : float
        Share of the steps that ascend as well, in [0, 1); 2 of 10 epochs by default.
    teacher : ndarray (d,), optional
        The original optimum by default.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """
    if not (alpha >= 0.0 and gamma >= 0.0 and temperature > 0.0):
        raise ValueError(
            "expected alpha and gamma >= 0 and a temperature > 0, got "
            f"{alpha}, {gamma} and {temperature}"
        )
    if not 0.0 <= ascent_share < 1.0:
        raise ValueError(f"expected an ascent share in [0, 1), got {ascent_share}")

    def phases(problem: Any, _: np.random.Generator) -> tuple[Phase, ...]:
        w = minimise(problem.original()).w if teacher is None else np.asarray(teacher, float)
        away = _distilled(problem.weighted(0.0, -1.0, ridge=False), w, temperature)
        towards = _distilled(problem.oracle(), w, temperature)
        descent = _together(problem.weighted(gamma, 0.0), towards, alpha)
        last = Phase((descent,), share=1.0 - ascent_share)
        if ascent_share == 0.0:
            return (last,)
        return (Phase((away, descent), share=ascent_share, per_step=2), last)

    return Method("scrub", phases)


def _distilled(objective: _Same, teacher: Array, temperature: float) -> _Same:
    """Return the divergence from the teacher on the objective's rows, with its ridge."""
    used = objective.with_rows(objective.coefficients != 0)
    if isinstance(used, SoftmaxObjective):
        pi = probabilities(used.logits(teacher) / temperature)
        offset = None if used.offset is None else used.offset / temperature
        return replace(
            used,
            features=np.repeat(used.features / temperature, used.count, axis=0),
            classes=np.tile(np.arange(used.count), len(used.classes)),
            coefficients=(temperature**2 * used.coefficients * pi).T.ravel(),
            offset=None if offset is None else np.repeat(offset, used.count, axis=0),
        )
    rows = used.signed_features / temperature
    offset = None if used.offset is None else used.offset / temperature
    at_teacher = used.margins(teacher) / temperature
    # of slopes that differ by more than the exponent range, one is nothing beside the other
    with np.errstate(over="ignore", invalid="ignore"):
        here, there = (used.loss.derivative(z) for z in (at_teacher, -at_teacher))
        share = there / (here + there)
    share = np.where(np.isnan(share), (at_teacher > 0).astype(float), share)
    c = temperature**2 * used.coefficients
    return replace(
        used,
        signed_features=np.vstack([rows, -rows]),
        coefficients=np.concatenate([c * share, c * (1.0 - share)]),
        offset=None if offset is None else np.concatenate([offset, -offset]),
    )


def _together(loss: _Same, distilled: _Same, alpha: float) -> _Same:
    """Return ``loss + alpha * distilled``, with the ridge of the loss."""
    loss = loss.with_rows(loss.coefficients != 0)
    if alpha == 0.0:
        return loss
    offset = None
    if loss.offset is not None and distilled.offset is not None:
        offset = np.concatenate([loss.offset, distilled.offset])
    coefficients = np.concatenate([loss.coefficients, alpha * distilled.coefficients])
    if isinstance(loss, SoftmaxObjective):
        return replace(
            loss,
            features=np.vstack([loss.features, distilled.features]),
            classes=np.concatenate([loss.classes, distilled.classes]),
            coefficients=coefficients,
            offset=offset,
        )
    return replace(
        loss,
        signed_features=np.vstack([loss.signed_features, distilled.signed_features]),
        coefficients=coefficients,
        offset=offset,
    )
