"""Sweeps over the dependence between forget and retain set.

=============  ====================================================================
module         what it holds
=============  ====================================================================
``grid``       values of each parameter, expanded into cases
``case``       a case: its problem, its method, and running it
``datasets``   bundled sets and tables of the user's own, by address
``row``        what is measured of a case: a row of ``cases.csv``
``runner``     cases on an executor that is handed in
``store``      ``cases.csv`` and ``manifest.json``
``groups``     shares and quantiles of rows that share a key
``regions``    the share that ended farther, by region of the theory
``boundary``   two directions: where the distances are exactly equal
``summary``    the table and the headline
``panels``     from rows to what the figures draw
``influence``  a study of its own: what predicts harm before anything is run
``wild``       the paper's experiments on real data, a folder with a map of its own
=============  ====================================================================
"""
