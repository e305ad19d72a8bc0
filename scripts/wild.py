"""The paper's experiments on real data, without installing anything."""

from _common import entry

from logreg_unlearn.cli.wild import main

if __name__ == "__main__":
    entry(main)
