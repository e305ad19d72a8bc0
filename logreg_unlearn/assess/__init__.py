"""What came of it: distances to the oracle, dependence, verdicts, bounds without retraining.

==============  ===================================================================
module          what it does
==============  ===================================================================
``audit``       what unlearning methods do to one problem, in numbers and in words
``verdict``     helped, harmed, diverged or unchanged
``distance``    distances to the retrained optimum and their ratios to the original's
``dependence``  lift, cosines and cross-influence of forget and retain set
``bounds``      what can be certified about any weights without retraining
``guarantees``  noise that is enough, and decisions that cannot have changed
==============  ===================================================================
"""
