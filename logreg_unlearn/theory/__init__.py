"""Closed forms, bounds and criteria: one function for each claim, NumPy and SciPy alone."""
