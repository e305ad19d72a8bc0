"""What is asked: losses, the objective with signed coefficients, the unlearning problem.

==============  ===================================================================
module          what it is
==============  ===================================================================
``losses``      pointwise losses of the margin, with everything that depends on them
``objective``   the one objective: a ridge-regularised sum with signed coefficients
``problem``     data, forget set and ridge, and the objectives they define
``softmax``     the same objective for any number of classes
``logits``      its loss and derivatives in the logits
``multiclass``  the unlearning problem of any number of classes
``rows``        rows that are signed and chosen as they are read: large ones, or on disk
``adapters``    problems from what people have in hand: scikit-learn, pandas, and the way back
``checks``      one validator per kind of parameter
==============  ===================================================================
"""
