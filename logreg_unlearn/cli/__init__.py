"""The command ``logreg-unlearn``: parse, call, print.

================ ==================================================================
module           what it does
================ ==================================================================
``main``         finds the subcommand: start here
``audit``        what unlearning would do to one's own model
``audit_text``   what an audit says, to a person and to a machine
``sweep``        the main job: the dependence of forget and retain set, swept
``sweep_run``    running what is left of a sweep, and its results
``sweep_text``   what a sweep prints and draws
``sweep_stores`` list, show, export, resume
``prove``        checks the derivations
``claim``        one statement of the theory with its numbers
``figures``      draws the figures of the claims
``console``      what all share: arguments, errors in one line, progress
================ ==================================================================
"""
