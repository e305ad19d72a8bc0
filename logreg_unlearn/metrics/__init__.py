"""Metrics: how far a model is from the oracle, and how forget and retain set depend on each other.

==============  ===================================================================
module          what it measures
==============  ===================================================================
``distance``    distances to the retrained optimum and their ratios to the original's
``dependence``  lift, cosines and cross-influence of forget and retain set
==============  ===================================================================
"""
