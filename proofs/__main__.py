"""Check every derivation: ``python -m proofs``."""

import sys

from .kernel.command import main

if __name__ == "__main__":
    sys.exit(main())
