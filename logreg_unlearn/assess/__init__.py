"""What came of it: distances to the oracle, dependence, verdicts, bounds without retraining.

==============  ======================================================================="""
