"""The public face: ten names, loaded when they are first used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import logreg_unlearn
from logreg_unlearn.assess import metrics
from logreg_unlearn.assess.audit import audit
from logreg_unlearn.assess.bounds import distance_bounds, judge
from logreg_unlearn.problem.multiclass import SoftmaxProblem
from logreg_unlearn.problem.problem import UnlearningProblem
from logreg_unlearn.solve.optimum import minimise
from logreg_unlearn.solve.path import follow
from logreg_unlearn.unlearn import methods
from logreg_unlearn.unlearn.driver import run

ROOT = Path(__file__).resolve().parent.parent
FACE = {
    "SoftmaxProblem": SoftmaxProblem,
    "UnlearningProblem": UnlearningProblem,
    "audit": audit,
    "distance_bounds": distance_bounds,
    "follow": follow,
    "judge": judge,
    "methods": methods,
    "metrics": metrics,
    "minimise": minimise,
    "run": run,
}


@pytest.mark.parametrize("name", FACE)
def test_a_name_is_what_its_room_calls_so(name: str) -> None:
    assert getattr(logreg_unlearn, name) is FACE[name]


def test_the_data_room_is_complete_when_it_is_used() -> None:
    assert {"breast_cancer", "anes96"} <= set(logreg_unlearn.data.real.names())
    assert callable(logreg_unlearn.data.synthetic.gaussian_classes)


def test_dir_shows_exactly_the_face() -> None:
    assert set(dir(logreg_unlearn)) == {*FACE, "data", "__version__"}
    assert set(logreg_unlearn.__all__) == {*FACE, "data"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'minimize'"):
        logreg_unlearn.minimize  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'rael'"):
        logreg_unlearn.data.rael  # noqa: B018


@pytest.mark.parametrize("namespace", [methods, metrics])
def test_a_namespace_holds_what_it_lists(namespace) -> None:
    assert all(hasattr(namespace, name) for name in namespace.__all__)


def test_importing_the_package_loads_not_even_numpy() -> None:
    program = "import logreg_unlearn, sys; print(*{'numpy', 'scipy', 'sympy'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_nothing_of_the_face_needs_more_than_the_core() -> None:
    """All ten names, imported where optional packages cannot be."""
    program = (
        "import sys\n"
        "for name in ('sklearn', 'statsmodels', 'pandas', 'matplotlib', 'sympy', 'hypothesis'):\n"
        "    sys.modules[name] = None\n"
        "from logreg_unlearn import *\n"
        "print(UnlearningProblem.__name__, methods.METHODS['da'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("UnlearningProblem")
