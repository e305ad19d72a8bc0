"""What every script shares; imported before numpy: it sets the number of BLAS threads.

The package is that of this checkout, installed or not.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from logreg_unlearn.cli.console import entry, parser, progress

__all__ = ["entry", "parser", "progress"]
