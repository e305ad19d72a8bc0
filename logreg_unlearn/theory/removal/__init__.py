r"""Removal methods and their bounds: the published forms, and those that hold.

``L_S = l_S + ridge/2 |w|^2`` is the mean convention's objective over S; F is forgotten, R retained,
``f = n_F/n``.  The slopes of the loss are at most 1, as the logistic loss's are.  Every bound
rests on two numbers: ``gap``, at least the norm of ``grad(L_R - L_D)`` at any weights, at most
``f (mean_F |x| + mean_R |x|) <= 2 n_F G/n``; and the factor
``c = max(|1 - eta ridge|, |1 - eta smoothness|)`` by which a gradient step of size ``eta`` on
``L_R`` brings any two models closer, ``smoothness`` at least the largest curvature of ``L_R``:
that of ``L_D`` may be too small.

Parameters, everywhere: ``ridge > 0``, ``smoothness >= ridge``, ``step_size > 0``, whole numbers of
steps; lengths and norms ``>= 0``.  They are array_like and broadcast.
"""

from logreg_unlearn.theory.removal.descent import deletion_sensitivity as deletion_sensitivity
from logreg_unlearn.theory.removal.descent import descent_to_delete as descent_to_delete
from logreg_unlearn.theory.removal.descent import rewind_to_delete as rewind_to_delete
from logreg_unlearn.theory.removal.langevin import noisy_descent as noisy_descent
from logreg_unlearn.theory.removal.one_step import mean_influence as mean_influence
from logreg_unlearn.theory.removal.one_step import projective_update as projective_update
from logreg_unlearn.theory.removal.one_step import worst_case_residual as worst_case_residual
