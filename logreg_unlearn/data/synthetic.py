"""Generators whose dependence between forget and retain set is known by construction.

=====================  ===================================================================
generator              dependence
=====================  ===================================================================
``orthogonal_blocks``  lift of each block, ``rho_j = (|F_j|/n_F) / (|R_j|/n_R)``
``two_directions``     ``epsilon`` (overlap of the two directions), ``alpha = |F_ij|/|R_ij|``
``gaussian_classes``   cosine between the mean signed vectors ``y x`` of the two sets
``duplicated``         noise between a forgotten row and the retained row it copies
=====================  ===================================================================

Retained rows come first, forgotten rows last. The first two are deterministic; the others draw
from ``numpy.random.default_rng(seed)``, and draw the same numbers whatever the dependence, so
that cases of one seed differ in the dependence alone. Data sets of equal sizes share one forget
mask: ``numpy.stack`` of their features and labels is a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from logreg_unlearn.data import DataSet

__all__ = ["duplicated", "gaussian_classes", "orthogonal_blocks", "two_directions"]

_SOURCE = "generated"
_LICENCE = "none needed: generated numbers"
# Shares that add up to one only up to rounding (ten times 0.1) leave no mass outside the blocks.
_ROUNDING = 1e-13


def orthogonal_blocks(
    lifts: Sequence[float],
    shares: Sequence[float],
    *,
    n_retain: int = 80,
    n_forget: int = 20,
) -> DataSet:
    """Blocks of samples on coordinates of their own, with given lifts.

    Column j is ``y_i x_ij = 1`` inside block j and 0 elsewhere. Block j holds the share ``p_j``
    of the retained and ``q_j = rho_j p_j`` of the forgotten mass; what remains of either set has
    zero features (it counts in n and nowhere else). Where ``p_j n_retain`` or ``q_j n_forget``
    is not a whole number, the rows of that block carry equal weights that realise it exactly.
    Source: paper, Assumptions 1-2.

    Parameters
    ----------
    lifts : d numbers >= 0, with ``sum_j rho_j p_j <= 1``
    shares : d numbers > 0, with ``sum_j p_j <= 1``
    n_retain, n_forget : int
        Rows of the two sets; the forget fraction is ``n_forget / (n_retain + n_forget)``.

    Returns
    -------
    DataSet
        d columns; dependence ``lift_0 ... lift_{d-1}``.

    Raises
    ------
    ValueError
        On impossible shares or lifts, or on fewer rows than occupied blocks.
    """
    rho = np.asarray(lifts, dtype=float)
    p = np.asarray(shares, dtype=float)
    if rho.ndim != 1 or rho.shape != p.shape or rho.size == 0:
        raise ValueError(
            f"expected as many lifts as shares, at least one, got shapes {rho.shape} and {p.shape}"
        )
    if not (np.all(p > 0.0) and p.sum() <= 1.0 + _ROUNDING):
        raise ValueError(f"expected shares > 0 with a sum of at most 1, got {p.tolist()}")
    q = rho * p
    if not (np.all(rho >= 0.0) and q.sum() <= 1.0 + _ROUNDING):
        raise ValueError(
            "expected lifts >= 0 with sum(lift * share) at most 1, "
            f"got lifts {rho.tolist()} for shares {p.tolist()}"
        )
    directions = np.eye(p.size)
    return _grouped(
        "orthogonal_blocks",
        (directions, p, n_retain),
        (directions, q, n_forget),
        {f"lift_{j}": float(value) for j, value in enumerate(rho)},
    )


def two_directions(
    epsilon: float,
    alpha: float,
    *,
    share: float = 1.0,
    n_retain: int = 80,
    n_forget: int = 20,
) -> DataSet:
    """Retained samples along (1, epsilon), forgotten ones along (epsilon, 1), in one plane.

    ``|R_ij| = share * n_retain`` retained and ``|F_ij| = alpha |R_ij|`` forgotten samples lie in
    the plane; the others have zero features in these two coordinates and count in n. Masses that
    are not whole are realised by weights, as in `orthogonal_blocks`.
    Source: paper, Section 5.1.2 and Appendix I.

    Parameters
    ----------
    epsilon : float
        Finite; 0 makes the directions orthogonal, 1 makes them equal, negative opposes them.
    alpha : float
        In [0, n_forget / (share n_retain)].
    share : float
        In (0, 1].
    n_retain, n_forget : int

    Returns
    -------
    DataSet
        2 columns; dependence ``epsilon``, ``alpha`` and ``cosine = 2 epsilon/(1 + epsilon^2)``.

    Raises
    ------
    ValueError
        On a value outside its range.
    """
    if not np.isfinite(epsilon):
        raise ValueError(f"expected a finite epsilon, got {epsilon}")
    if not 0.0 < share <= 1.0:
        raise ValueError(f"expected a share in (0, 1], got {share}")
    _check_rows(n_retain, n_forget)
    forget_share = alpha * share * n_retain / n_forget
    if not 0.0 <= forget_share <= 1.0 + _ROUNDING:
        raise ValueError(
            f"expected alpha in [0, {n_forget / (share * n_retain):.6g}] "
            f"= [0, n_forget / (share n_retain)], got {alpha}"
        )
    return _grouped(
        "two_directions",
        (np.array([[1.0, epsilon]]), np.array([share]), n_retain),
        (np.array([[epsilon, 1.0]]), np.array([forget_share]), n_forget),
        {
            "epsilon": float(epsilon),
            "alpha": float(alpha),
            "cosine": float(2.0 * (epsilon / np.hypot(1.0, epsilon)) / np.hypot(1.0, epsilon)),
        },
    )


def gaussian_classes(
    correlation: float,
    *,
    n: int = 200,
    d: int = 5,
    forget_fraction: float = 0.1,
    separation: float = 1.0,
    seed: int = 0,
) -> DataSet:
    """Gaussian classes whose forget mean makes a given angle with the retain mean.

    ``y_i x_i = separation * u + xi_i`` with ``xi ~ N(0, I)``; u is the first axis on the retain
    set and ``correlation * e_1 + sqrt(1 - correlation^2) e_2`` on the forget set (the noise is
    isotropic, so fixing the axes loses nothing). Within each set the noise is centred, so the
    means of ``y x``, hence their cosine, are exact and not only expected. Given x, the labels of
    such classes follow a logistic model with parameters ``2 separation u``.

    Parameters
    ----------
    correlation : float in [-1, 1]
        The cosine. With d = 1 only -1 and 1 are possible.
    n : int >= 2
    d : int >= 1
    forget_fraction : float in (0, 1)
        ``n_forget = round(forget_fraction * n)``, kept within 1 ... n - 1.
    separation : float > 0
        Length of either mean, in standard deviations.
    seed : int

    Returns
    -------
    DataSet
        d columns; dependence ``correlation``.

    Raises
    ------
    ValueError
        On a value outside its range.
    """
    if not -1.0 <= correlation <= 1.0:
        raise ValueError(f"expected a correlation in [-1, 1], got {correlation}")
    if d == 1 and abs(correlation) != 1.0:
        raise ValueError(f"expected d >= 2 for a correlation inside (-1, 1), got d = {d}")
    n_forget = _forget_count(n, d, forget_fraction, separation)
    rng = np.random.default_rng(seed)
    labels = rng.choice([-1.0, 1.0], size=n)
    signed = rng.standard_normal((n, d))
    forget = np.arange(n) >= n - n_forget
    directions = np.zeros((2, d))
    directions[0, 0] = 1.0
    directions[1, 0] = correlation
    if d > 1:
        directions[1, 1] = np.sqrt((1.0 - correlation) * (1.0 + correlation))
    for rows, direction in zip((~forget, forget), directions, strict=True):
        signed[rows] += separation * direction - signed[rows].mean(axis=0)
    return _signed("gaussian_classes", signed, labels, forget, {"correlation": float(correlation)})


def duplicated(
    noise: float = 0.0,
    *,
    n: int = 200,
    d: int = 5,
    forget_fraction: float = 0.1,
    separation: float = 1.0,
    seed: int = 0,
) -> DataSet:
    """A forget set of copies, exact or noisy, of retained rows.

    The retained rows are Gaussian classes, ``y_i x_i ~ N(separation e_1, I)``. Each forgotten
    row is a retained row, label included, plus ``noise * N(0, I)`` on its features; retained
    rows are drawn without repetition until all have been used, then again in the same order.

    Parameters
    ----------
    noise : float >= 0
        0 for exact duplicates, so that forgetting a row leaves its twin behind.
    n, d, forget_fraction, separation, seed
        As in `gaussian_classes`.

    Returns
    -------
    DataSet
        d columns; dependence ``noise``.

    Raises
    ------
    ValueError
        On a value outside its range.
    """
    if not (noise >= 0.0 and np.isfinite(noise)):
        raise ValueError(f"expected a finite noise level >= 0, got {noise}")
    n_forget = _forget_count(n, d, forget_fraction, separation)
    n_retain = n - n_forget
    rng = np.random.default_rng(seed)
    labels = rng.choice([-1.0, 1.0], size=n_retain)
    features = labels[:, None] * rng.standard_normal((n_retain, d))
    features[:, 0] += labels * separation
    twins = np.resize(rng.permutation(n_retain), n_forget)
    copies = features[twins] + noise * rng.standard_normal((n_forget, d))
    return DataSet(
        name="duplicated",
        features=np.concatenate([features, copies]),
        labels=np.concatenate([labels, labels[twins]]),
        feature_names=_numbered(d),
        forget=np.arange(n) >= n_retain,
        dependence=MappingProxyType({"noise": float(noise)}),
        source=_SOURCE,
        licence=_LICENCE,
    )


def _numbered(d: int) -> tuple[str, ...]:
    return tuple(f"x{j}" for j in range(d))


def _check_rows(n_retain: int, n_forget: int) -> None:
    if min(n_retain, n_forget) < 1:
        raise ValueError(
            f"expected at least one retained and one forgotten row, got {n_retain} and {n_forget}"
        )


def _forget_count(n: int, d: int, forget_fraction: float, separation: float) -> int:
    if n < 2 or d < 1:
        raise ValueError(f"expected n >= 2 and d >= 1, got n = {n} and d = {d}")
    if not 0.0 < forget_fraction < 1.0:
        raise ValueError(f"expected a forget fraction in (0, 1), got {forget_fraction}")
    if not (separation > 0.0 and np.isfinite(separation)):
        raise ValueError(f"expected a finite separation > 0, got {separation}")
    return min(max(round(forget_fraction * n), 1), n - 1)


def _signed(
    name: str,
    signed: NDArray[np.float64],
    labels: NDArray[np.float64],
    forget: NDArray[np.bool_],
    dependence: dict[str, float],
    weights: NDArray[np.float64] | None = None,
) -> DataSet:
    """Build the data set of the signed vectors ``y x``."""
    return DataSet(
        name=name,
        features=signed * labels[:, None],
        labels=labels,
        feature_names=_numbered(signed.shape[1]),
        forget=forget,
        weights=weights,
        dependence=MappingProxyType(dependence),
        source=_SOURCE,
        licence=_LICENCE,
    )


_Side = tuple[NDArray[np.float64], NDArray[np.float64], int]


def _grouped(name: str, retain: _Side, forgotten: _Side, dependence: dict[str, float]) -> DataSet:
    """Build the data set whose sides are groups of equal signed vectors of given shares."""
    _check_rows(retain[2], forgotten[2])
    sides = [_side(*retain, side="retained"), _side(*forgotten, side="forgotten")]
    signed = np.concatenate([rows for rows, _ in sides])
    weights = np.concatenate([values for _, values in sides])
    forget = np.arange(len(signed)) >= retain[2]
    labels = np.where(np.arange(len(signed)) % 2 == 0, 1.0, -1.0)
    exact = bool(np.all(weights == 1.0))
    return _signed(name, signed, labels, forget, dependence, None if exact else weights)


def _side(
    directions: NDArray[np.float64], shares: NDArray[np.float64], n: int, side: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return n rows in groups of the given shares, the rest zero, and the rows' weights."""
    rest = 1.0 - shares.sum()
    mass = np.append(shares, rest if rest > _ROUNDING else 0.0)
    rows = np.vstack([directions, np.zeros(directions.shape[1])])[mass > 0.0]
    mass = mass[mass > 0.0] * n
    if n < mass.size:
        raise ValueError(f"expected at least {mass.size} {side} rows, one a group, got {n}")
    whole = np.round(mass)
    close = (whole > 0.0) & (np.abs(mass - whole) <= _ROUNDING * n)
    mass = np.where(close, whole, mass)
    counts = np.maximum(np.floor(mass), 1.0)
    while counts.sum() < n:
        counts[np.argmax(mass - counts)] += 1.0
    while counts.sum() > n:
        counts[np.argmax(np.where(counts > 1.0, counts - mass, -np.inf))] -= 1.0
    times = counts.astype(int)
    return np.repeat(rows, times, axis=0), np.repeat(mass / counts, times)
