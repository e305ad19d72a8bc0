"""What an audit is about: the table, the problem, and the model, as the options name them."""

from __future__ import annotations

import hashlib
import math
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from logreg_unlearn.cli.console import unknown
from logreg_unlearn.cli.forgetting import by_column, load_by_column, share
from logreg_unlearn.cli.tables import reading
from logreg_unlearn.data import DataSet, real
from logreg_unlearn.data.files import read_table, table_columns
from logreg_unlearn.data.forget_sets import (
    COLUMN_KINDS,
    KINDS,
    MISLABELLED,
    NEEDS_MODEL,
    WHOLE,
    FittedClasses,
    FittedModel,
    forget_set,
    mislabel,
)
from logreg_unlearn.data.held_out import plain_label, read_held_out
from logreg_unlearn.data.weights import read_class_weights, read_weights
from logreg_unlearn.problem.adapters.affine import LinearModel
from logreg_unlearn.problem.checks import listed
from logreg_unlearn.problem.losses import Array, Mask, get_loss
from logreg_unlearn.problem.multiclass import AnyProblem, SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem, scale_of
from logreg_unlearn.solve.optimum import minimise


def load(options: Namespace) -> DataSet:
    """Return the data set that the options name, without a mask where a kind is to choose.

    Raises
    ------
    ValueError
        If neither or both of a file and a bundled data set are given, a bundled one with
        options for files, or a share where the rows are given.
    """
    data = _load(options)
    chosen = data.forget is None or options.order is not None or options.forget == MISLABELLED
    if options.fraction is not None and (not chosen or options.forget in WHOLE):
        which = options.forget or options.requests or "forget"
        raise ValueError(
            "expected --fraction with a kind of forget set that takes a share of the rows, "
            f"got it with {which!r}"
        )
    return data


def _kinds(options: Namespace) -> tuple[str, ...]:
    """Return the kinds of forget set that the data have: labels of a file are never changed."""
    kinds = KINDS if options.dataset else tuple(kind for kind in KINDS if kind != MISLABELLED)
    return (*kinds, *COLUMN_KINDS)


def _load(options: Namespace) -> DataSet:
    if (options.data is None) == (options.dataset is None):
        got = "neither" if options.data is None else "both"
        raise ValueError(f"expected a file or --dataset, got {got} (see --help)")
    how = reading(options, is_file=options.data is not None)
    if options.requests is not None and options.data is None:
        raise ValueError("expected --requests with a file, got it without one")
    if options.requests is not None and options.forget is not None:
        raise ValueError(
            "expected --forget or --requests, got both: what is requested is the forget set"
        )
    if by_column(options):
        return load_by_column(options, how)
    kinds = _kinds(options)
    if options.dataset:
        if options.forget is not None and options.forget not in kinds:
            raise ValueError(unknown("--forget with a kind", options.forget, kinds))
        data = real.load(options.dataset)
        return _mislabelled(data, options) if options.forget == MISLABELLED else data
    columns = table_columns(options.data, sep=how["sep"])
    if options.forget is not None and options.forget not in (*columns, *KINDS):
        what = "--forget with a column of the file or a kind"
        raise ValueError(unknown(what, options.forget, (*columns, *kinds)))
    by_kind = options.forget in KINDS and options.forget not in set(columns) - set(how["drop"])
    if by_kind and options.forget == MISLABELLED:
        raise ValueError(
            f"expected a bundled data set with --forget {MISLABELLED}, which makes labels wrong, "
            "got a file: mark the rows whose labels are wrong in a column, or take hardest"
        )
    data = read_table(
        options.data, forget=None if by_kind else options.forget, requests=options.requests, **how
    )
    return replace(data, forget=None) if by_kind else data


def _mislabelled(data: DataSet, options: Namespace) -> DataSet:
    """Return the data set with wrong labels in the rows to forget."""
    rows = forget_set(
        MISLABELLED, data.features, data.labels, fraction=share(options), seed=options.seed
    )
    note = f"the labels of the {rows.sum()} rows to forget were made wrong, at random"
    labels = mislabel(data.labels, rows, options.seed)
    return replace(data, labels=labels, forget=rows, notes=(*data.notes, note))


def problem_of(data: DataSet, options: Namespace) -> AnyProblem:
    """Return the problem of the data set and the options.

    Raises
    ------
    ValueError
        If there are no rows to forget, or a value is out of its range.
    """
    how = convention(options)
    free = options.C is not None or options.unpenalised_intercept
    how["unpenalised"] = (data.intercept,) if free and data.intercept is not None else ()

    how |= dict(
        feature_names=data.feature_names, label_values=data.label_values, user_scale=scale_of(data)
    )
    if data.count > 2 and not get_loss(options.loss).softmax:
        raise ValueError(
            f"expected --loss logistic with labels of {data.count} values, whose form of it is "
            f"softmax, got {options.loss}"
        )

    def with_mask(mask: Mask) -> AnyProblem:
        if data.count > 2:
            return SoftmaxProblem(data.features, data.given_labels, mask, **how)
        return UnlearningProblem(data.features, data.labels, mask, loss=options.loss, **how)

    if data.forget is not None:
        return with_mask(data.forget)
    if options.forget is None:
        marks = "" if options.dataset else "a column that marks the rows, or "
        raise ValueError(
            f"expected --forget with {marks}one of {', '.join(_kinds(options))}, got none"
        )
    model = None
    if options.forget in NEEDS_MODEL:
        # which rows are forgotten does not matter to the original model
        any_mask = np.arange(len(data.labels)) == 0
        model = fitted(with_mask(any_mask))
    mask = forget_set(
        options.forget, data.features, data.labels, seed=options.seed, model=model,
        fraction=None if options.forget in WHOLE else share(options),
    )  # fmt: skip
    return with_mask(mask)


def convention(options: Namespace) -> dict[str, Any]:
    """Return ridge and normalisation; ``--C`` is scikit-learn's sum convention.

    Raises
    ------
    ValueError
        If ``--C`` is not positive, or comes with the mean convention.
    """
    if options.C is None:
        ridge = 0.01 if options.ridge is None else options.ridge
        return {"ridge": ridge, "normalisation": options.normalisation or "mean"}
    if not (math.isfinite(options.C) and options.C > 0.0):
        raise ValueError(f"expected --C > 0, got {options.C}")
    if options.normalisation == "mean":
        raise ValueError("expected --C with --normalisation sum, got mean (use --ridge)")
    return {"ridge": 1.0 / options.C, "normalisation": "sum"}


def fitted(problem: AnyProblem) -> FittedModel | FittedClasses:
    """Return the original model, its ridge that of a mean objective."""
    n = len(problem.labels) if problem.normalisation == "sum" else 1
    w = minimise(problem.original()).w
    if isinstance(problem, SoftmaxProblem):
        return FittedClasses(w, problem.ridge / n, problem.count)
    return FittedModel(w, problem.ridge / n, get_loss(problem.loss))


def model_in_use(options: Namespace, data: DataSet, problem: AnyProblem) -> Array | None:
    """Return the weights of ``--weights`` on the scale of the problem's columns, if it is given.

    Raises
    ------
    ValueError
        If the file cannot be read, or its names are not those of the features and the classes.
    """
    if options.weights is None:
        return None
    if not isinstance(problem, SoftmaxProblem):
        return problem.from_user_scale(_linear_model(read_weights(options.weights), data))
    by_class = _by_label(read_class_weights(options.weights), data.label_values)
    return problem.from_user_scale(
        [_linear_model(by_class[text], data, f" (class {text!r})") for text in data.label_values]
    )


def _by_label(
    given: dict[str, dict[str, float]], labels: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """Return the weights of each class by its label: 1.0 is the class 1."""
    plain = {plain_label(text): text for text in labels}
    spelt = {text: text if text in labels else plain.get(plain_label(text)) for text in given}
    unknown = [text for text, label in spelt.items() if label is None]
    missing = [label for label in labels if label not in spelt.values()]
    twice = [label for label in labels if list(spelt.values()).count(label) > 1]
    wrong = {"none of": missing, "some of the unknown": unknown, "two sets of": twice}
    got = [f"{what} {listed(those)}" for what, those in wrong.items() if those]
    if got:
        raise ValueError(
            f"expected weights of each of the classes {listed(labels)}, got {' and '.join(got)}"
        )
    return {str(spelt[text]): weights for text, weights in given.items()}


def _linear_model(named: dict[str, float], data: DataSet, where: str = "") -> LinearModel:
    """Return the model of named weights; ``where`` says of which class they are."""
    # a weight of 0 adds nothing, whatever the constant is
    named = {name: v for name, v in named.items() if v != 0.0 or name not in data.dropped}
    constant = [name for name in data.dropped if name in named]
    if constant:
        raise ValueError(
            f"expected weights of the features alone, got one for {constant[0]!r}, which is "
            f"constant and was left out: add its weight times its value to the intercept{where}"
        )
    intercept = 0.0
    if data.intercept is not None:
        ones = data.feature_names[data.intercept]
        if ones not in named:
            raise ValueError(
                f"expected a weight for {ones!r}{where}, got none (give 0 where the model has none)"
            )
        intercept = named.pop(ones)
    return LinearModel(np.array(list(named.values())), intercept, tuple(named))


def held_out(options: Namespace, data: DataSet) -> tuple[Array, Array] | None:
    """Return the rows of ``--test`` and their labels, if it is given.

    Raises
    ------
    ValueError
        If it comes without a file of data, or cannot be read.
    """
    if options.test is None:
        return None
    if options.data is None:
        raise ValueError("expected --test with a file, got it without one")
    how = reading(options, is_file=True)
    rows, labels = read_held_out(
        options.test, data, how["label"], sep=how["sep"], decimal=how["decimal"]
    )
    if data.count > 2:  # a softmax problem has the values for labels
        labels = np.array(data.label_values, dtype=object)[labels.astype(np.intp)]
    return rows, labels


def hashes(options: Namespace, data: DataSet) -> dict[str, str]:
    """Return the SHA-256 of every input: of the files' bytes, or of the bundled arrays'."""
    files = {"data": options.data, "weights": options.weights, "test": options.test}
    found = {
        name: hashlib.sha256(Path(path).read_bytes()).hexdigest()
        for name, path in files.items()
        if path is not None
    }
    if options.data is None:
        arrays = data.features.tobytes() + data.labels.tobytes()
        found = {"data": hashlib.sha256(arrays).hexdigest(), **found}
    return found
