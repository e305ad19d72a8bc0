"""Closed forms, bounds and criteria: one function for each claim, NumPy and SciPy alone.

Parameters broadcast, and every public function checks them at its door: one outside the range
stated with it, NaN, text, a complex number or a shape that does not fit raises ``ValueError`` with
one line, ``expected <name> <range>, got <value>``.  Only the special functions of
:mod:`~logreg_unlearn.theory.lambert` take any real number, and give NaN outside their domains.
"""
