r"""What an attacker and a user see of a model, always beside what they see of the oracle.

A membership attack on the forgotten rows does not fail at 0.5: of the retrained optimum, which
never saw them, it has some value of its own (hard rows look like strangers, easy ones like
members).  That value is the reference.

* loss threshold: the probability that a forgotten row has a smaller loss than a held-out one, ties
  counting half (Yeom et al., arXiv 1709.01604);
* likelihood ratio (U-LiRA, Hayes et al., arXiv 2403.01218): for each row, Gaussians fitted to its
  margins under half of the unlearned and half of the retrained models tell the other halves apart;
  in-sample its accuracy would be .55 for 50 models even where there is nothing to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from logreg_unlearn.assess.klom import CLIP, margin_ensembles, null_ensembles
from logreg_unlearn.assess.margins import labelled_rows, log_odds
from logreg_unlearn.problem.losses import Array, Mask
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem


@dataclass(frozen=True)
class Reading:
    """A number of a model, and the same number of the oracle.

    Attributes
    ----------
    value, oracle : float
    """

    value: float
    oracle: float

    @property
    def excess(self) -> float:
        """How far the model is from the oracle in it; 0 is ideal, whatever the value."""
        return self.value - self.oracle

    def __repr__(self) -> str:
        return f"{self.value:.4g} (oracle {self.oracle:.4g})"


@dataclass(frozen=True)
class Evaluation:
    """What can be read off one model.

    Attributes
    ----------
    accuracy_forget, accuracy_retain : Reading
        By sample weight; a margin of 0 is wrong, and of more classes a label whose logit is not
        above all others.
    changed_forget, changed_retain : float
        Share of the rows, by weight, on which model and oracle decide differently.
    changed : int
        Number of these rows, forgotten and retained.
    accuracy_held_out, loss_auc : Reading or None
        With held-out rows only.
    changed_held_out : float or None
    """

    accuracy_forget: Reading
    accuracy_retain: Reading
    changed_forget: float
    changed_retain: float
    changed: int
    accuracy_held_out: Reading | None = None
    loss_auc: Reading | None = None
    changed_held_out: float | None = None


def evaluate_model(
    problem: AnyProblem,
    w: Array,
    oracle: Array,
    held_out: tuple[Array, Array] | None = None,
) -> Evaluation:
    """Read accuracies, changed decisions and the loss threshold's AUC off a model.

    Parameters
    ----------
    problem : UnlearningProblem or SoftmaxProblem
    w, oracle : ndarray (d,)
        The model, which may have diverged, and the retrained optimum.
    held_out : tuple of ndarray (m, d) and ndarray (m,), optional
        Rows that no model saw and their labels, -1 and +1 or values of the classes; no offset.

    Raises
    ------
    ValueError
        If the held-out rows do not fit the problem.
    """
    forget = problem.forget
    read, truth = (_own(problem, v) for v in (w, oracle))

    def share_of(rows: Mask, side: Mask) -> float:
        return float(problem.shares(side) @ rows[side])

    def accuracy(side: Mask) -> Reading:
        return Reading(share_of(read.right, side), share_of(truth.right, side))

    differs = read.decisions != truth.decisions
    own = Evaluation(
        accuracy_forget=accuracy(forget),
        accuracy_retain=accuracy(~forget),
        changed_forget=share_of(differs, forget),
        changed_retain=share_of(differs, ~forget),
        changed=int(np.sum(differs)),
    )
    if held_out is None:
        return own
    rows, labels = labelled_rows(problem, held_out)
    new, best = (_others(problem, rows, labels, np.asarray(v, float)) for v in (w, oracle))
    return replace(
        own,
        accuracy_held_out=Reading(float(np.mean(new.right)), float(np.mean(best.right))),
        loss_auc=Reading(
            auc(read.margins[forget], new.margins), auc(truth.margins[forget], best.margins)
        ),
        changed_held_out=float(np.mean(new.decisions != best.decisions)),
    )


class _Answers(NamedTuple):
    """What a model says of rows: decisions, whether they are right, margins.

    Every loss here falls with the margin, which tells apart what the loss rounds to 0.
    """

    decisions: Array
    right: Mask
    margins: Array


def _of_margins(margins: Array) -> _Answers:
    right = margins > 0
    return _Answers(right, right, margins)


def _of_logits(logits: Array, classes: Array) -> _Answers:
    """Read logits (K, m); of two largest ones the first decides, and is wrong."""
    numbers = np.arange(len(classes))
    own, others = logits[classes, numbers], logits.copy()
    others[classes, numbers] = -np.inf
    right = own > others.max(axis=0)
    return _Answers(logits.argmax(axis=0), right, log_odds(logits, classes))


def _own(problem: AnyProblem, w: Array) -> _Answers:
    with np.errstate(invalid="ignore", over="ignore"):
        if isinstance(problem, SoftmaxProblem):
            return _of_logits(problem.original().logits(w), problem.classes)
        return _of_margins(problem.original().margins(w))


def _others(problem: AnyProblem, rows: Array, labels: Array, w: Array) -> _Answers:
    """Read rows (m, d) that are none of the problem's, and their labels, numbers of classes."""
    with np.errstate(invalid="ignore", over="ignore"):
        if isinstance(problem, SoftmaxProblem):
            return _of_logits(problem.class_weights(w) @ rows.T, labels)
        return _of_margins((labels[:, None] * rows) @ w)


def auc(members: Array, others: Array) -> float:
    """Return the probability that a member's margin is larger than another's, ties half.

    Parameters
    ----------
    members, others : ndarray (m,), (k,)
        Not empty; a margin that is no number is smaller than any.
    """
    members, others = (np.where(np.isnan(z), -np.inf, z) for z in (members, others))
    ranked = np.sort(others)
    below = np.searchsorted(ranked, members, side="left")
    upto = np.searchsorted(ranked, members, side="right")
    return float(np.mean(0.5 * (below + upto)) / len(others))


def likelihood_ratio_attack(unlearned: Array, reference: Array, *, seed: int = 0) -> Reading:
    """Return the accuracy with which unlearned models are told from retrained ones.

    Parameters
    ----------
    unlearned, reference : ndarray (N, n), (M, n)
        Margins of n rows (those forgotten) under N and M models, at least 4 each.
    seed : int
        Of the reference value.

    Returns
    -------
    Reading
        Mean over the rows, of the models that were not fitted; the oracle's value is that of
        retrained models against retrained ones of the same law and numbers, near one half.

    Raises
    ------
    ValueError
        If the shapes do not fit or there are too few models.
    """
    unlearned, reference = margin_ensembles(unlearned, reference)
    if min(len(unlearned), len(reference)) < 4:
        raise ValueError(
            f"expected at least 4 models each, got {len(unlearned)} and {len(reference)}"
        )
    null = null_ensembles(_numbers(reference), (len(unlearned), len(reference)), seed)
    return Reading(
        float(np.mean(_told_apart(_numbers(unlearned), _numbers(reference)))),
        float(np.mean(_told_apart(*null))),
    )


def _told_apart(one: Array, two: Array) -> Array:
    """Return the accuracy (n,) on the second halves of Gaussians fitted to the first."""
    (fit_one, test_one), (fit_two, test_two) = (np.array_split(z, 2) for z in (one, two))

    def evidence(z: Array) -> Array:
        return _log_density(z, fit_one) - _log_density(z, fit_two)

    hits = [np.sign(evidence(test_one)), -np.sign(evidence(test_two))]
    return np.asarray(0.5 + 0.25 * sum(np.mean(hit, axis=0) for hit in hits))


def _log_density(z: Array, fitted: Array) -> Array:
    centre = fitted.mean(axis=0)
    # models that agree to the last digit are a law as well
    spread = np.maximum(fitted.std(axis=0, ddof=1), 1e-12 * (1.0 + np.abs(centre)))
    return np.asarray(-0.5 * np.square((z - centre) / spread) - np.log(spread))


def _numbers(margins: Array) -> Array:
    """Clip margins; one that is no number lies below all others."""
    return np.where(np.isnan(margins), -2.0 * CLIP, np.clip(margins, -CLIP, CLIP))
