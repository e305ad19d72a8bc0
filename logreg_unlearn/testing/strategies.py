"""Hypothesis strategies for objectives and unlearning problems.

Numbers come from a seeded generator, shapes and scales from Hypothesis: examples shrink to
few rows and columns, and every ridge, weight and offset is one where its term matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from logreg_unlearn.data import DataSet
from logreg_unlearn.data.synthetic import (
    duplicated,
    gaussian_classes,
    orthogonal_blocks,
    two_directions,
)
from logreg_unlearn.problem.losses import LOSSES, Array, Loss
from logreg_unlearn.problem.objective import Objective
from logreg_unlearn.problem.problem import NORMALISATIONS, UnlearningProblem

seeds = st.integers(0, 2**32 - 1)
losses = st.sampled_from(tuple(LOSSES.values()))
ridges = st.floats(-10.0, 3.0).map(lambda exponent: 10.0**exponent)
"""Ridges 1e-10 to 1e3."""
moderate_ridges = st.floats(-3.0, 1.0).map(lambda exponent: 10.0**exponent)
"""Ridges 1e-3 to 10, for which an iteration gets somewhere."""

SHAPES = ("plain", "separable", "collinear", "wide", "scaled", "duplicated", "offset", "intercept")
"""What is hard about the data of an objective: see :func:`objectives`."""

KINDS = ("plain", "separable", "copies", "blocks", "two-directions", "gaussian")
"""How the forgotten rows of a problem depend on the retained ones: see :func:`problems`."""


@st.composite
def objectives(
    draw: st.DrawFn,
    signed: bool = False,
    losses: st.SearchStrategy[Loss] = losses,
    ridges: st.SearchStrategy[float] = ridges,
    shapes: tuple[str, ...] = SHAPES,
    big_offset: float = 1.0,
) -> Objective:
    """Objectives with 2 to 8 rows and 1 to 4 columns; every column has data.

    Parameters
    ----------
    signed : bool
        Whether coefficients have both signs.
    losses, ridges : strategies
    shapes : tuple of str
        ``separable``: positive rows; ``collinear``: two equal columns; ``wide``: fewer rows than
        columns; ``scaled``: columns of scale 1e-3 to 1e3; ``duplicated``: each row twice;
        ``offset``: fixed margins of size ``big_offset``; ``intercept``: a column of +-1, of both
        signs and with positive coefficients, that carries no ridge.
    big_offset : float
    """
    shape = draw(st.sampled_from(shapes))
    loss, ridge = draw(losses), draw(ridges)
    rng = np.random.default_rng(draw(seeds))
    d = draw(st.integers(2 if shape in ("collinear", "wide", "scaled", "intercept") else 1, 4))
    n = draw(st.integers(2, 8))
    if shape == "wide":
        n = min(n, d - 1)
    rows = rng.standard_normal((n, d))
    coefficients = rng.uniform(0.1, 2.0, n)
    if signed:
        coefficients *= rng.choice([-1.0, 1.0], n)
        coefficients[0] = -abs(coefficients[0])
        coefficients[-1] = abs(coefficients[-1])
    offset, penalised = None, None
    if shape == "separable":
        rows = np.abs(rows)
    elif shape == "collinear":
        rows[:, -1] = rows[:, 0]
    elif shape == "scaled":
        rows *= 10.0 ** rng.uniform(-3.0, 3.0, d)
    elif shape == "duplicated":
        rows = np.repeat(rows, 2, axis=0)
        coefficients = rng.uniform(0.1, 2.0, 2 * n) * np.repeat(np.sign(coefficients), 2)
    elif shape == "offset":
        offset = big_offset * rng.standard_normal(n)
    elif shape == "intercept":
        rows[:, 0] = rng.choice([-1.0, 1.0], n)
        rows[0, 0], rows[-1, 0] = -1.0, 1.0
        penalised = np.arange(d) > 0
    return Objective(rows, coefficients, ridge, loss, offset=offset, penalised=penalised)


@st.composite
def problems(
    draw: st.DrawFn,
    losses: st.SearchStrategy[Loss] = losses,
    ridges: st.SearchStrategy[float] = moderate_ridges,
    normalisations: tuple[str, ...] = NORMALISATIONS,
    kinds: tuple[str, ...] = KINDS,
) -> UnlearningProblem:
    """Unlearning problems of 2 to 24 rows, half of them with weights, offsets, a free column.

    Parameters
    ----------
    losses, ridges : strategies
    normalisations : tuple of str
    kinds : tuple of str
        ``plain``: normal rows, labels at random; ``separable``: the first column separates the
        labels; ``copies``: each forgotten row is a retained one; ``blocks``, ``two-directions``,
        ``gaussian``: as in :mod:`logreg_unlearn.data.synthetic`, whose weights are kept.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(problem=problems(kinds=("gaussian",)))
    ... def test_forgetting_changes_the_mean(problem):
    ...     assert 0 < problem.forget_fraction < 1
    >>> test_forgetting_changes_the_mean()
    """
    data = draw(_data_sets(draw(st.sampled_from(kinds))))
    n, d = len(data.labels), len(data.feature_names)
    rng = np.random.default_rng(draw(seeds))
    weighted, shifted = draw(st.booleans()), draw(st.booleans())
    intercept = d > 1 and draw(st.booleans())
    drawn = rng.uniform(0.2, 3.0, n) if weighted else None
    assert data.forget is not None
    return UnlearningProblem(
        data.features,
        data.labels,
        data.forget,
        ridge=draw(ridges),
        loss=draw(losses),
        weights=drawn if data.weights is None else data.weights,
        offset=rng.standard_normal(n) if shifted else None,
        normalisation=draw(st.sampled_from(normalisations)),
        unpenalised=(d - 1,) if intercept else (),
    )


def _none_or(low: float, high: float) -> st.SearchStrategy[float]:
    """0 or a number whose share is a weight that the sum convention takes."""
    return st.one_of(st.just(0.0), st.floats(low, high))


@st.composite
def _data_sets(draw: st.DrawFn, kind: str) -> DataSet:
    n, d, seed = draw(st.integers(3, 12)), draw(st.integers(1, 4)), draw(seeds)
    retained, forgotten = draw(st.integers(d + 1, 12)), draw(st.integers(d + 1, 12))
    if kind == "blocks":
        shares = np.random.default_rng(seed).uniform(0.1, 0.9 / d, d).tolist()
        lifts = draw(st.lists(_none_or(1e-100, 1.1), min_size=d, max_size=d))
        return orthogonal_blocks(lifts, shares, n_retain=retained, n_forget=forgotten)
    if kind == "two-directions":
        epsilon, alpha = draw(st.floats(-1.0, 1.0)), draw(_none_or(1e-100, 1.0))
        share = draw(st.floats(0.1, 1.0))
        alpha *= forgotten / (share * retained)
        return two_directions(epsilon, alpha, share=share, n_retain=retained, n_forget=forgotten)
    if kind == "gaussian":
        cosine = draw(st.floats(-1.0, 1.0)) if d > 1 else draw(st.sampled_from((-1.0, 1.0)))
        share = draw(st.floats(0.05, 0.95))
        return gaussian_classes(cosine, n=n, d=d, forget_fraction=share, seed=seed)
    if kind == "copies":
        return duplicated(n=n, d=d, forget_fraction=draw(st.floats(0.05, 0.95)), seed=seed)
    rng = np.random.default_rng(seed)
    forget = np.zeros(n, dtype=bool)
    forget[rng.permutation(n)[: draw(st.integers(1, n - 1))]] = True
    features = rng.standard_normal((n, d))
    features[:, 0] += 0.5
    labels = rng.choice([-1.0, 1.0], n)
    if kind == "separable":
        features[:, 0] = labels * np.abs(features[:, 0])
    names = tuple(f"x{j}" for j in range(d))
    return DataSet(kind, features, labels, names, source="generated", licence="", forget=forget)


@dataclass(frozen=True)
class Block:
    """One coordinate, the setting of the paper's Section 5.1.1.

    Attributes
    ----------
    strength : float
        ``s = p/ridge``, p the block's share of the retained set.
    lift : float
        ``rho = q/p``, q its share of the forget set.
    fraction : float
        Forget fraction f, in (0, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from logreg_unlearn.solve.optimum import minimise
    >>> block = Block(strength=2.0, lift=0.5, fraction=0.2)
    >>> w = minimise(block.problem("exponential").oracle()).w[0]
    >>> bool(np.isclose(w * np.exp(w), block.levels()[0]))
    True
    """

    strength: float
    lift: float
    fraction: float

    def problem(self, loss: str) -> UnlearningProblem:
        """Return a problem of one column: its block holds share p of R and rho p of F."""
        p = min(0.9, 0.9 / self.lift)
        q, f = p * self.lift, self.fraction
        # rows without the column fill R and F up to their mass
        return UnlearningProblem(
            np.array([[1.0], [0.0], [1.0], [0.0]]),
            np.ones(4),
            np.array([False, False, True, True]),
            ridge=p / self.strength,
            loss=loss,
            weights=np.array([(1 - f) * p, (1 - f) * (1 - p), f * q, f * (1 - q)]),
        )

    def levels(self) -> tuple[float, float, float]:
        """Right sides t of ``w g(w) = t`` for the oracle, the original and descent-ascent.

        ``g`` is ``e^w`` for the exponential and ``1 + e^w`` for the logistic loss.
        """
        s, rho, f = self.strength, self.lift, self.fraction
        return s, s * (1 + f * (rho - 1)), s * (1 - rho)


@st.composite
def blocks(
    draw: st.DrawFn,
    strengths: st.SearchStrategy[float] = st.floats(-8.0, 8.0).map(lambda e: 10.0**e),
    lifts: st.SearchStrategy[float] = st.floats(-3.0, 3.0).map(lambda e: 10.0**e),
) -> Block:
    """Block parameters over the whole range: fractions from 1e-3 to 0.999."""
    fraction = draw(st.one_of(st.floats(1e-3, 0.05), st.floats(0.05, 0.95), st.floats(0.95, 0.999)))
    return Block(draw(strengths), draw(lifts), fraction)


def points(d: int, size: float = 1.0) -> st.SearchStrategy[Array]:
    """Points of dimension d with independent normal coordinates of the given size."""
    return seeds.map(lambda seed: size * np.random.default_rng(seed).standard_normal(d))
