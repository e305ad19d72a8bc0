"""Sweeps over the dependence between forget and retain set.

============= ====================================================================
module        what it holds
============= ====================================================================
``grid``      values of each parameter, expanded into cases
``case``      a case: its problem, its method, and running it
``datasets``  bundled sets and tables of the user's own, by address
``row``       what is measured of a case: a row of ``cases.csv``
``runner``    groups of cases, the unit of work
``executors`` this process, a process pool or a Dask cluster
``database``  the store: a row per cell in one SQLite file
``opening``   its one writer, its readers, and files that are none
``origin``    code, packages and files that the numbers come from
``cost``      what a case is expected to cost
``resume``    what is left of a sweep, the longest first
``export``    rows as CSV and NPZ, and ``manifest.json``
``groups``    shares and quantiles of rows that share a key
``regions``   the share that ended farther, by region of the theory
``boundary``  two directions: where the distances are exactly equal
``summary``   the table and the headline
``panels``    from rows to what the figures draw
``influence`` a study of its own: what predicts harm before anything is run
``wild``      the paper's experiments on real data, a folder with a map of its own
============= ====================================================================
"""
