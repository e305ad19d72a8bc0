r"""The budget of certified removal: as published, and what is sound instead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from logreg_unlearn.problem.losses import Array
from logreg_unlearn.theory import _checks as check
from logreg_unlearn.theory.guarantees.gaussian import gaussian_guarantee


class Budget(NamedTuple):
    """The delta that is claimed for a perturbed objective, and the one of noise on the weights."""

    published: Array
    sound: Array


def certified_removal_budget(residual: ArrayLike, noise: ArrayLike, epsilon: ArrayLike) -> Budget:
    r"""Return the delta that a residual costs: as published, and with noise on the weights.

    Setting: as published, training adds ``b.w`` with ``b`` from N(0, sigma^2 I) to the objective,
    and ``residual`` bounds the gradient that a removal step leaves, for every ``b``.  Sound:
    train without ``b`` and release ``w_U + N(0, (sigma/mu)^2 I)``, where the objective is
    ``mu``-strongly convex and ``residual`` bounds its gradient at ``w_U``.
    Statement: the published ``delta = 1.5 e^(-(sigma epsilon/residual)^2/2)`` does not follow
    from the bound on the residual, which depends on ``b``; it can be wrong by any factor.  The
    sound one is :func:`gaussian_guarantee` at the ratio ``residual/sigma``.
    Kind: upper (the sound one).  Source: Guo et al., arXiv 1911.03030, Theorem 3, amended.

    Parameters
    ----------
    residual : array_like
        ``>= 0``, in units of the gradient.
    noise : array_like
        ``sigma > 0``, in units of the gradient: ``mu`` times that on the weights.
    epsilon : array_like
        ``>= 0``.
    """
    beta, sigma = check.nonnegative("residual", residual), check.positive("noise", noise)
    eps = check.nonnegative("epsilon", epsilon)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        ratio = beta / sigma
        claimed = 1.5 * np.exp(-((eps / ratio) ** 2) / 2)
    # nothing is left: nothing to hide
    published = np.where(beta > 0, np.minimum(claimed, 1.0), 0.0)
    return Budget(published, gaussian_guarantee(ratio, eps).delta)
