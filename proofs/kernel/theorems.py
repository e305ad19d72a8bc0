"""Standard theorems that proofs cite: what is used without being checked here.

A proof's steps are the inequalities, identities and points; what turns them into the claim by
a theorem of a textbook is named in ``Proof.cited``, never hidden among the assumptions.
"""

MEAN_VALUE = (
    "mean value theorem: a function with a positive derivative increases strictly, so it orders "
    "its roots"
)
INTERMEDIATE_VALUE = "intermediate value theorem: a continuous function has a root between signs"
IMPLICIT_FUNCTION = (
    "implicit function theorem: a root with an invertible derivative moves differentiably"
)
TAYLOR = "Taylor's theorem, with the remainder bounded by the next derivative"
SECOND_DERIVATIVE = "second derivative test for minima and maxima"
STRICT_CONVEXITY = "a strictly convex function has at most one stationary point, its minimum"
STRONG_CONVEXITY = (
    "strong convexity with modulus mu: <grad J(w) - grad J(v), w - v> >= mu ||w - v||^2"
)
COERCIVE = "a continuous coercive function has a minimum"
MEAN_HESSIAN = "fundamental theorem of calculus: grad J(w) - grad J(v) is the mean Hessian (w - v)"
SPECTRAL = "spectral theorem: a symmetric matrix has an orthonormal eigenbasis"
LINE_FLOW = (
    "a flow on a line is monotone: it converges to the next stationary point, or leaves every "
    "bounded set where there is none"
)
GRADIENT_FLOW = (
    "a gradient flow of a coercive analytic function descends and converges to a stationary point "
    "(Lojasiewicz)"
)
KRAWCZYK = (
    "Krawczyk's theorem: an image inside the interior of its box proves one root there, and no "
    "root lies outside the image"
)
GRUNTZ = "limits are those of sympy (Gruntz's algorithm)"
