r"""Methods that ascend the loss of the forget set.

With :math:`\bar\ell_S` the mean loss over S and :math:`\lambda` the ridge:

* gradient ascent: ascend :math:`\bar\ell_F`;
* simultaneous descent-ascent: descend
  :math:`\bar\ell_R-\bar\ell_F+\tfrac\lambda2\|w\|^2` (paper, Eq. 1);
* alternating descent-ascent: a half step on each set, in either order (paper, App. D.3);
* NegGrad+: descend :math:`\alpha\bar\ell_R-(1-\alpha)\bar\ell_F`, in minibatches if asked;
* ascent, then finetune: gradient ascent first, then descent on the retain set alone;
* calibrated: descend :math:`\bar\ell_D-f\bar\ell_F+\tfrac{(1-f)\lambda}2\|w\|^2`, the one
  weight of ascent at which the oracle is the end;
* SCRUB and NPO, in modules of their own.

`METHODS` has fine-tuning beside them: the same steps on the retain set alone.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem.losses import Mask
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.unlearn.driver import Method, Phase
from logreg_unlearn.unlearn.npo import npo
from logreg_unlearn.unlearn.removal.retraining import finetune
from logreg_unlearn.unlearn.scrub import scrub


def gradient_ascent(ridge: bool = False) -> Method:
    """Ascend the forget loss, with or without descending the ridge term."""
    return Method("ga", lambda problem, _: (Phase((problem.forget_ascent(ridge),)),))


def simultaneous() -> Method:
    """Descend the retain loss and ascend the forget loss in one step (``L_DA``)."""
    return Method("da", lambda problem, _: (Phase((problem.descent_ascent(),)),))


def alternating(ascent_first: bool = True, ridge_in_ascent: bool = True) -> Method:
    """Take a half step on each set in turn.

    Parameters
    ----------
    ascent_first : bool
        The paper's Section 5.1 ascends first, its App. D.3 descends first.
    ridge_in_ascent : bool
        Whether the ascent half step also carries the ridge (App. D.3) or only the descent.
    """

    def phases(problem: UnlearningProblem, _: np.random.Generator) -> tuple[Phase, ...]:
        halves = (problem.forget_ascent(ridge_in_ascent), problem.oracle())
        return (Phase(halves if ascent_first else halves[::-1], per_step=2),)

    return Method("alternating-ascent" if ascent_first else "alternating-descent", phases)


def neggrad_plus(alpha: float = 0.5, batch_size: int | None = None) -> Method:
    """Descend ``alpha * l_R - (1 - alpha) * l_F`` plus the ridge.

    Parameters
    ----------
    alpha : float
        Weight of the retain loss, in [0, 1].
    batch_size : int, optional
        Retained samples a minibatch; the forget set is split into batches of the same size,
        which are cycled.  Full batch by default.

    Raises
    ------
    ValueError
        If ``alpha`` is outside [0, 1] or the batch size is below 1.
    """
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"expected alpha in [0, 1], got {alpha}")
    if batch_size is not None and batch_size < 1:
        raise ValueError(f"expected a batch size >= 1, got {batch_size}")

    def phases(problem: UnlearningProblem, rng: np.random.Generator) -> tuple[Phase, ...]:
        whole = problem.weighted(alpha, alpha - 1.0)
        if batch_size is None:
            return (Phase((whole,)),)
        return (Phase(_minibatches(whole, problem.forget, batch_size, rng)),)

    return Method("neggrad+" if batch_size is None else "neggrad+minibatch", phases)


def ascent_then_finetune(ascent_share: float = 0.1) -> Method:
    """Ascend the forget loss first, then descend the oracle's objective.

    Parameters
    ----------
    ascent_share : float
        Share of the steps spent on the ascent, in (0, 1).

    Raises
    ------
    ValueError
        If the share is outside (0, 1).
    """
    if not 0.0 < ascent_share < 1.0:
        raise ValueError(f"expected an ascent share in (0, 1), got {ascent_share}")

    def phases(problem: UnlearningProblem, _: np.random.Generator) -> tuple[Phase, ...]:
        return (
            Phase((problem.forget_ascent(),), share=ascent_share),
            Phase((problem.oracle(),), share=1.0 - ascent_share),
        )

    return Method("ascent-finetune", phases)


def calibrated() -> Method:
    """Descend the loss of all samples and ascend that of the forget set with weight ``f``.

    With the ridge times ``1 - f`` this is the oracle's objective times ``1 - f`` (sum convention:
    weight 1, the ridge as it is): the terms of the forgotten samples cancel, here exactly.
    """

    def phases(problem: UnlearningProblem, _: np.random.Generator) -> tuple[Phase, ...]:
        scale = 1.0 if problem.normalisation == "sum" else 1.0 - problem.forget_fraction
        oracle = problem.oracle()
        return (
            Phase((oracle.with_coefficients(scale * oracle.coefficients, scale * oracle.ridge),)),
        )

    return Method("calibrated", phases)


def _minibatches(
    whole: Objective, forget: Mask, size: int, rng: np.random.Generator
) -> tuple[Objective, ...]:
    """Split an objective into shuffled minibatches whose mean over a cycle is the objective.

    Each batch has ``size`` retained samples and one of the forget batches, cycled; its
    coefficients are scaled so that either set keeps its total.
    """
    retained, forgotten = np.flatnonzero(~forget), np.flatnonzero(forget)
    parts = []
    for indices in (retained, forgotten):
        count = max(1, round(len(indices) / size))
        parts.append(np.array_split(rng.permutation(indices), count))
    c = whole.coefficients
    objectives = []
    cycle = max(len(part) for part in parts)
    for k in range(cycle):
        rows, coefficients = [], []
        for part in parts:
            batch = part[k % len(part)]
            rows.append(batch)
            # a cycle visits this batch so many times: its mean is the whole
            visits = len(range(k % len(part), cycle, len(part)))
            coefficients.append(c[batch] * (cycle / visits))
        chosen = np.concatenate(rows)
        batch_of = whole.with_rows(chosen)
        objectives.append(batch_of.with_coefficients(np.concatenate(coefficients)))
    return tuple(objectives)


METHODS = {
    "da": simultaneous,
    "ga": gradient_ascent,
    "alternating-ascent": lambda: alternating(True),
    "alternating-descent": lambda: alternating(False),
    "neggrad+": neggrad_plus,
    "neggrad+minibatch": lambda: neggrad_plus(batch_size=32),
    "calibrated": calibrated,
    "ascent-finetune": ascent_then_finetune,
    "finetune": finetune,
    "scrub": scrub,
    "npo": npo,
}
"""Methods by name, each a function of no arguments that returns its default form."""


def get_method(name: str) -> Method:
    """Return the method of that name with its default options.

    Raises
    ------
    ValueError
        If no method has this name.
    """
    if name not in METHODS:
        raise ValueError(f"expected a method among {sorted(METHODS)}, got {name!r}")
    return METHODS[name]()
