"""Audit a model: ``logreg-unlearn audit``, without installing anything."""

from _common import entry

from logreg_unlearn.cli.audit import main

if __name__ == "__main__":
    entry(main)
