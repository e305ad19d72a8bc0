"""What is asked: losses, the objective with signed coefficients, the unlearning problem.

===================  ==============================================================================
module               what it is
===================  ==============================================================================
``losses``           pointwise losses of the margin, with everything that depends on them
``objective``        the one objective: a ridge-regularised sum with signed coefficients
``problem``          data, forget set and ridge, and the objectives they define
``softmax``          the same objective for any number of classes
``logits``           its loss and derivatives in the logits
``samples``          what each sample has in gradient and Hessian, of any number of classes
``multiclass``       the unlearning problem of any number of classes
``restricted``       an objective on a subspace
``rows``             rows that are signed and chosen as they are read: large ones, or on disk
``chains``           labelled chains, chains to forget, and the objectives they define
``chain_objective``  the structured loss of chains: a minimum over messages
``messages``         the messages that turn it into logistic regression
``adapters``         problems from what people have in hand: scikit-learn, pandas, and the way back
``checks``           one validator per kind of parameter
===================  ==============================================================================
"""
