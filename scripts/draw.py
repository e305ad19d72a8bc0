"""Draw the figures of the claims; ``--help`` says how."""

from _common import entry
from figures.__main__ import main

if __name__ == "__main__":
    entry(main)
