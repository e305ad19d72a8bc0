"""What a proof is made of, and what decides it; nothing here knows a claim.

``interval``   arithmetic on intervals, rounded outwards; all functions rest on one ``exp``
``enclose``    a sympy expression at a point, as an interval
``exact``      what may enter a step: no floats, no infinities
``decide``     the truth of a relation at a point
``signs``      the sign of an expression, read off its structure
``zero``       whether an expression is identically zero
``refute``     a point where a statement is false
``outcome``    proved, refuted or undecided
``signed``     Sign and Monotone
``steps``      these, and Identity, Witness, Settled: all that a proof can claim
``proof``      assumptions, cited theorems and steps; the mutants of a claim
``theorems``   what proofs cite
``check``      one claim run, its mutants too
``show``       tables, summary
``document``   one derivation as LaTeX
``command``    ``python -m proofs``
"""
