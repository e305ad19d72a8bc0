"""What came of it: distances to the oracle, dependence, verdicts, bounds without retraining.

==============  ==============================================================================
module          what it does
==============  ==============================================================================
``audit``       what unlearning methods do to one problem, in numbers and in words
``outcome``     what one method did: distances, verdict, limit, cost
``removals``    what each removal without ascent did
``requests``    the same over a stream of deletion requests
``effect``      what a model is like at the end: risk, accuracies, certified distance, noise
``advice``      the line "what to do", and its rule
``optima``      original and oracle, certified or refused, and the model in use
``limit``       what becomes of a run when its steps go on: certified, or as of its last step
``cycle``       the same for steps on several objectives in turn
``escape``      the same for a free intercept that runs off
``verdict``     helped, harmed, diverged or unchanged
``words``       all of it in plain words, numbers printed so that they say what they are
``record``      an audit as plain data for JSON
``tables``      an audit as rows, and as tables for a notebook
``distance``    distances to the retrained optimum and their ratios to the original's
``margins``     margins of rows under models, of any number of classes
``klom``        margins of many unlearned models against many retrained ones
``membership``  accuracies, changed decisions and membership attacks, beside the oracle's
``dependence``  lift, cosines and cross-influence of forget and retain set
``prediction``  how badly descent-ascent will end, before anything is run
``candidates``  what else might predict it: cross-influence norms, laws, thresholds
``spectrum``    in how many directions a deletion moves the model
``triangle``    many rows reduced to few of the same Gram matrix
``structured``  the same comparison for chains, whose messages are unlearnt too
``class_*``     distances, dependence, bounds and run-off of softmax models
``bounds``      what can be certified about any weights without retraining
``guarantees``  noise that is enough, and decisions that cannot have changed
==============  ==============================================================================
"""
