"""What is asked: losses, the objective with signed coefficients, the unlearning problem.

===================  ==============================================================================
module               what it is
===================  ==============================================================================
``losses``           pointwise losses of the margin, with everything that depends on them
``objective``        the one objective: a ridge-regularised sum with signed coefficients
``problem``          data, forget set and ridge, and the objectives they define
``chains``           labelled chains, chains to forget, and the objectives they define
``chain_objective``  the structured loss of chains: a minimum over messages
``messages``         the messages that turn it into logistic regression
``adapters``         problems from what people have in hand: scikit-learn, pandas, the way back
``checks``           one validator per kind of parameter
===================  ==============================================================================
"""
