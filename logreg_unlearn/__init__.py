"""A pure-NumPy theory testbed for machine unlearning in ridge-regularised logistic regression.

Given data, a forget set and a ridge: the original optimum, the retrained optimum (the
*oracle*) and what ascent-based unlearning does, in closed form where one exists and by
certified solvers and iterations where not.  Import what you need from its module, for
instance ``from logreg_unlearn.problem.problem import UnlearningProblem``; this file imports nothing.
"""

__version__ = "0.1.0"
