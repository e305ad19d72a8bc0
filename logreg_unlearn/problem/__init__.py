"""What is asked: losses, the objective with signed coefficients, the unlearning problem.

==============  ===================================================================
module          what it is
==============  ===================================================================
``losses``      pointwise losses of the margin, with everything that depends on them
``objective``   the one objective: a ridge-regularised sum with signed coefficients
``problem``     data, forget set and ridge, and the objectives they define
``chains``      labelled chains: a structured loss, its objectives, chains to forget
``messages``    the messages that turn it into logistic regression
``adapters``    problems from what people have in hand: scikit-learn, pandas, and the way back
``checks``      one validator per kind of parameter
==============  ===================================================================
"""
