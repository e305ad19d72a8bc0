r"""Softmax regression with K classes, in closed form where one block allows it.

The objective is::

    J(W) = sum_i c_i (lse(u_i) - u_{i,y_i}) + (lambda/2) |W|^2,   u_i = W x_i,   signed c.

One block: a coordinate that is 1 in it and 0 elsewhere; ``u`` (K,) are its logits.  With the
**strength** ``s = p / lambda`` (p the block's share of the retain set), the **lift** ``rho`` (its
share of the forget set over p) and ``f`` the forgotten fraction, an objective whose labels are all
k is stationary where ``u = t (e_k - pi)``, ``pi`` the softmax of u, with::

    t = s (oracle),   s (1 + f (rho - 1)) (original),   s (1 - rho) (descent-ascent).

Parameters, everywhere: ``strength`` ``s > 0``, ``lift`` ``rho >= 0``, ``fraction`` ``f`` in (0, 1),
``classes`` ``K >= 2``, a whole number.  They are array_like and broadcast.
"""

from logreg_unlearn.theory.softmax.block import SymmetricPoints as SymmetricPoints
from logreg_unlearn.theory.softmax.block import softmax_harm_threshold as softmax_harm_threshold
from logreg_unlearn.theory.softmax.block import softmax_minimiser as softmax_minimiser
from logreg_unlearn.theory.softmax.breaking import Breaking as Breaking
from logreg_unlearn.theory.softmax.breaking import (
    softmax_symmetry_breaking as softmax_symmetry_breaking,
)
from logreg_unlearn.theory.softmax.corollaries import (
    softmax_early_stopping as softmax_early_stopping,
)
from logreg_unlearn.theory.softmax.corollaries import (
    softmax_vector_closeness as softmax_vector_closeness,
)
from logreg_unlearn.theory.softmax.derivatives import Derivatives as Derivatives
from logreg_unlearn.theory.softmax.derivatives import Gauge as Gauge
from logreg_unlearn.theory.softmax.derivatives import StrongRidge as StrongRidge
from logreg_unlearn.theory.softmax.derivatives import softmax_derivatives as softmax_derivatives
from logreg_unlearn.theory.softmax.derivatives import softmax_gauge as softmax_gauge
from logreg_unlearn.theory.softmax.derivatives import softmax_strong_ridge as softmax_strong_ridge
from logreg_unlearn.theory.softmax.equal_mixes import EqualMixes as EqualMixes
from logreg_unlearn.theory.softmax.equal_mixes import equal_mixes_distance as equal_mixes_distance
from logreg_unlearn.theory.softmax.mixes import Positions as Positions
from logreg_unlearn.theory.softmax.mixes import exchangeable_threshold as exchangeable_threshold
from logreg_unlearn.theory.softmax.mixes import (
    mislabelled_strong_ridge as mislabelled_strong_ridge,
)
from logreg_unlearn.theory.softmax.mixes import (
    mixed_labels_strong_ridge as mixed_labels_strong_ridge,
)
from logreg_unlearn.theory.softmax.mixes import (
    symmetric_noise_threshold as symmetric_noise_threshold,
)
