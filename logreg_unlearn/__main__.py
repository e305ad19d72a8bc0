"""``python -m logreg_unlearn``: the command ``logreg-unlearn``."""

from logreg_unlearn.cli.main import main

if __name__ == "__main__":
    main()
