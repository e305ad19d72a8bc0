"""The problems on which methods are checked: small, deterministic, each named for what it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from logreg_unlearn.problem.problem import UnlearningProblem


def _gaussian(n: int = 40, d: int = 3, forgotten: int = 10, **options: Any) -> UnlearningProblem:
    rng = np.random.default_rng(11)
    features = rng.standard_normal((n, d))
    labels = np.where(features[:, 0] + 0.5 * rng.standard_normal(n) > 0, 1.0, -1.0)
    arguments: dict[str, Any] = dict(ridge=0.1) | options
    return UnlearningProblem(features, labels, np.arange(n) < forgotten, **arguments)


def _separable() -> UnlearningProblem:
    problem = _gaussian()
    return replace(problem, labels=np.where(problem.features[:, 0] > 0, 1.0, -1.0))


def _contradiction() -> UnlearningProblem:
    """Retained rows that all point one way, and two thirds of them again with the other label."""
    rng = np.random.default_rng(11)
    rows = np.column_stack([np.ones(24), rng.uniform(-0.5, 0.5, (24, 2))])
    return UnlearningProblem(
        np.vstack([rows[:16], rows]),
        np.where(np.arange(40) < 16, -1.0, 1.0),
        np.arange(40) < 16,
        ridge=0.1,
    )


def _silent() -> UnlearningProblem:
    problem = _gaussian()
    return replace(problem, features=np.where(problem.forget[:, None], 0.0, problem.features))


def _copies() -> UnlearningProblem:
    problem = _gaussian(n=20)
    return replace(
        problem,
        features=np.vstack([problem.features] * 2),
        labels=np.tile(problem.labels, 2),
        forget=np.arange(40) < 20,
    )


def _dressed() -> UnlearningProblem:
    """Weights, offset, sum convention and a free intercept at once; few rows to forget."""
    rng = np.random.default_rng(3)
    problem = _gaussian(400, forgotten=4)
    return replace(
        problem,
        features=np.column_stack([problem.features[:, :2], np.ones(400)]),
        ridge=20.0,
        weights=rng.uniform(0.2, 2.0, 400),
        offset=0.5 * rng.standard_normal(400),
        normalisation="sum",
        unpenalised=(2,),
    )


EXAMPLES: MappingProxyType[str, Callable[[], UnlearningProblem]] = MappingProxyType(
    {
        "plain": _gaussian,
        "exponential": lambda: _gaussian(loss="exponential"),
        "weighted": lambda: _gaussian(weights=np.linspace(0.2, 3.0, 40)),
        "offset": lambda: _gaussian(offset=np.linspace(-1.0, 1.0, 40)),
        "sum": lambda: _gaussian(ridge=4.0, normalisation="sum"),
        "free column": lambda: _gaussian(unpenalised=(2,)),
        "separable": _separable,
        "wide": lambda: _gaussian(d=60),
        "one column": lambda: _gaussian(d=1),
        "one forgotten": lambda: _gaussian(forgotten=1),
        "one retained": lambda: _gaussian(forgotten=39),
        "contradiction": _contradiction,
        "silent": _silent,
        "copies": _copies,
        "few forgotten": lambda: _gaussian(400, forgotten=4),
        "few forgotten, dressed": _dressed,
        "steep": lambda: _gaussian(d=60, ridge=1e-6, loss="exponential"),
    }
)
"""The problems of the checks, by name."""
