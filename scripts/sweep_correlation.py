"""The main job: ``logreg-unlearn sweep``, without installing anything."""

from _common import entry

from logreg_unlearn.cli.sweep import main

if __name__ == "__main__":
    entry(main)
