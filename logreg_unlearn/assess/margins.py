r"""Margins of rows under models, of any number of classes: what KLoM and the attacks read.

Of two classes :math:`y\,(x\cdot w+o)`.  Of more the label's log odds

.. math:: u_y - \log\sum_{k\ne y}e^{u_k} = \log\frac{\pi_y}{1-\pi_y}, \qquad u = Wx+o,

which for two classes is the same number, and of which the loss is the logistic loss as there.  It
is the margin of the KLoM benchmark (Georgiev et al., arXiv 2410.23232) and of the likelihood-ratio
attack (Carlini et al., arXiv 2112.03570); it keeps its digits where the loss has underflowed.
"""

from __future__ import annotations

import numpy as np

from logreg_unlearn.problem import checks as check
from logreg_unlearn.problem.losses import Array
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem


def margins(problem: AnyProblem, w: Array, held_out: tuple[Array, Array] | None = None) -> Array:
    """Return the margins of a problem's rows, or of others, under models.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w : ndarray (..., d), of K classes (..., K*d)
        Models; a diverged one has margins that are infinite or no number.
    held_out : tuple of ndarray (m, d) and ndarray (m,), optional
        Other rows and their labels, -1 and +1 or values of the classes; no offset.

    Returns
    -------
    ndarray (..., n), (..., m)

    Raises
    ------
    ValueError
        If the weights or the held-out rows do not fit the problem.
    """
    w, p = np.asarray(w, dtype=np.float64), problem.original().dimension
    if w.shape[-1:] != (p,):
        raise ValueError(f"expected weights of shape (..., {p}), got {w.shape}")
    given = None if held_out is None else labelled_rows(problem, held_out)
    with np.errstate(invalid="ignore", over="ignore"):
        if not isinstance(problem, SoftmaxProblem):
            if given is None:
                return problem.original().margins(w)
            return w @ (given[1][:, None] * given[0]).T
        objective = problem.original()
        flat = w.reshape(-1, w.shape[-1])
        if given is None:
            found = [log_odds(objective.logits(each), problem.classes) for each in flat]
        else:
            rows, classes = given
            found = [log_odds(problem.class_weights(each) @ rows.T, classes) for each in flat]
    return np.reshape(found, (*w.shape[:-1], -1))


def log_odds(logits: Array, classes: Array) -> Array:
    """Return the margins (n,) of logits (K, n): the label's less the others' log-sum-exp."""
    each, others = np.arange(len(classes)), logits.copy()
    others[classes, each] = -np.inf
    largest = others.max(axis=0)
    rest = np.log(np.sum(np.exp(others - largest), axis=0))
    return np.asarray(logits[classes, each] - largest - rest)


def labelled_rows(problem: AnyProblem, held_out: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return rows (m, d) and their labels: signs, or the numbers of more classes.

    Raises
    ------
    ValueError
        If they do not fit the problem.
    """
    rows, labels = np.asarray(held_out[0], float), np.asarray(held_out[1])
    d = problem.original().dimension
    if isinstance(problem, SoftmaxProblem):
        d //= problem.count
    if rows.ndim != 2 or rows.shape[1] != d or not len(rows) or labels.shape != (len(rows),):
        raise ValueError(
            f"expected held-out rows (m, {d}) and m labels, got {rows.shape} and {labels.shape}"
        )
    if isinstance(problem, SoftmaxProblem):
        places = {value: k for k, value in enumerate(problem.label_values or ())}
        for value in labels.tolist():
            if value not in places:
                raise ValueError(f"expected labels {check.listed(places)}, got {value!r}")
        return rows, np.array([places[value] for value in labels.tolist()])
    labels = labels.astype(float)
    if not np.all(np.abs(labels) == 1.0):
        raise ValueError(f"expected labels -1 and +1, got {labels[np.abs(labels) != 1.0][0]}")
    return rows, labels
