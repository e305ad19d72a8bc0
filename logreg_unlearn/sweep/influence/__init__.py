"""A study of what is known before a run: does it predict how badly descent-ascent ends.

==========  ==========================================================================
module      what it holds
==========  ==========================================================================
``states``  what is varied: data of a size, loss and ridge; its forget sets
``rows``    what is measured of a forget set: the end, and every candidate beside it
``ranks``   rank correlations within groups, with intervals from whole clusters
``tables``  from rows to tables: correlation, calibration, help, size, dependence
``words``   the answers in words, computed from the tables
==========  ==========================================================================
"""
