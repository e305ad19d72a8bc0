"""The command ``logreg-unlearn``: parse, call, print.

===================  =================================================================
module               what it does
===================  =================================================================
``main``             finds the subcommand: start here
``audit``            what unlearning would do to one's own model
``audit_input``      the table, the problem and the model that an audit is about
``audit_text``       what an audit says, to a person and to a machine
``audit_page``       the same as a page to hand on
``audit_files``      the files that it writes
``sweep``            the main job: the dependence of forget and retain set, swept
``sweep_text``       what a sweep prints and draws
``prove``            checks the derivations
``claim``            one statement of the theory with its numbers
``figures``          draws the figures of the claims
``cross_influence``  the study of what predicts harm (``scripts/cross_influence.py``)
``console``          what all share: arguments, errors in one line, progress
===================  =================================================================
"""
