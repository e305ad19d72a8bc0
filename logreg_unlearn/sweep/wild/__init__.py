"""The paper's experiments on neural networks, here on logistic regression and real data.

Nine forget sets, gradient ascent, descent-ascent and SCRUB over their published grids, beside
removal without ascent; many models each, so that KLoM compares laws and not two points.

==================  ================================================================
module              what it holds
==================  ================================================================
``sets``            the split into trained and held-out rows, the nine forget sets
``ensemble``        many models of one data set: trained, retrained, their margins
``published``       the grids as published, and how sizes and rates are scaled
``minibatches``     GA, descent-ascent, SCRUB and fine-tuning, many models a step
``removals``        removal without ascent, model by model
``cell``            what is measured of a method at one setting
``run``             all cells of one forget set; all forget sets on an executor
``compare``         cells beside each other: the best of a method, what is reached
``observations``    which of the paper's observations the cells show, in words
``tables``          the paper's Table 1, and what its figures draw
==================  ================================================================
"""
