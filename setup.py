"""Which folders make the package; everything else about it stands in setup.cfg.

Proofs and figures stand beside the package in a checkout and inside it where it is installed.
"""

from pathlib import Path

from setuptools import find_namespace_packages, setup

INSIDE = {"logreg_unlearn": "logreg_unlearn"}
for name, folder in (("proofs", "proofs"), ("figures", "scripts/figures")):
    if Path(folder).is_dir():
        INSIDE[f"logreg_unlearn.{name}"] = folder

packages = [
    f"{name}.{inner}".rstrip(".")
    for name, folder in INSIDE.items()
    for inner in ("", *find_namespace_packages(folder, exclude=["*__pycache__*"]))
]
setup(package_dir=INSIDE, packages=packages)
