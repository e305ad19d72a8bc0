"""A certified minimum, and the path of minima from the oracle to descent-ascent.

=================  ================================================================
module             what it does
=================  ================================================================
``optimum``        minimises an objective and certifies the result: start here
``many``           many optima of one data set, together
``newton``         chord-Newton iteration for convex objectives
``secants``        steps between Hessians, for many columns
``classes``        the same two iterations for softmax objectives
``rowspace``       the coordinates of the iteration: w, or the rows' span where they are few
``factors``        Cholesky factors, to precondition and to prove
``linesearch``     a step along a direction, by the margins
``trust_region``   Newton in a trust region, for coefficients of both signs
``passes``         margins, gradient and Hessian in cache-sized passes over the data
``rounding``       what rounding can have done to them
``radius``         three certificates: how far the exact minimiser can be
``existence``      whether there is a minimiser at all
``path``           continuation in the ascent weight, through folds
``threads``        one BLAS thread for small problems
=================  ================================================================
"""
