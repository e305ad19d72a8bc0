"""What is done: ascent methods, removal methods, and the one driver of iterations.

==============  ===================================================================
module          what it does
==============  ===================================================================
``driver``      runs a method's gradient steps, recorded until they end: start here
``trajectory``  what an iteration did: records, cost, how it ended
``ascent``      the ascent methods of the paper and of its relatives
``scrub``       distillation away from and towards the original
``npo``         the ascent that slows down
``slopes``      losses and slopes of single rows, for it
``removal``     removal without ascent: a folder with its own map
``structured``  chains: messages and logistic regression in turn
``load``        a user's own method by its address
``methods``     all of them by name
``steps``       gradient steps as a few BLAS calls
``scales``      default step size, size of a gradient, when nothing returns
``together``    a method's runs on many problems at once
``batched``     as many steps for each of many small problems
``layouts``     the steps of many configurations as a few calls
==============  ===================================================================
"""
