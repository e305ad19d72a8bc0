"""Symbolic proofs of every claim: sympy only, independent of the numerical closed forms."""
