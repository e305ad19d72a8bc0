"""Study what predicts how badly descent-ascent ends, without running it."""

from _common import entry

from logreg_unlearn.cli.cross_influence import main

if __name__ == "__main__":
    entry(main)
