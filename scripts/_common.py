"""What every script shares, from the package; imported before numpy: it sets the BLAS threads."""

from logreg_unlearn._console import entry, parser, progress

__all__ = ["entry", "parser", "progress"]
