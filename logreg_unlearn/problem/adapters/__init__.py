"""What people have in hand, as the parts of a problem.

==============  ===============================================================================
module          what it reads
==============  ===============================================================================
``estimators``  a fitted logistic regression of scikit-learn, alone or at the end of a pipeline
``frames``      a pandas DataFrame
``forget``      rows to forget: a mask, row numbers, a Series
``affine``      the way back: weights on the columns the user handed in
==============  ===============================================================================

Users call `UnlearningProblem.from_sklearn`, `UnlearningProblem.from_frame` and
`UnlearningProblem.to_user_scale`.  Neither scikit-learn nor pandas is imported here: whoever has
an object of theirs has loaded them.
"""
