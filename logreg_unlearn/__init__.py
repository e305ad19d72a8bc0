"""A pure-NumPy theory testbed for machine unlearning in ridge-regularised logistic regression.

Given data, a forget set and a ridge: the original optimum, the retrained optimum (the
*oracle*) and what unlearning does, in closed form where one exists and by certified solvers and
iterations where not.  The five rooms tell the story, ``problem`` → ``solve`` → ``unlearn`` →
``assess`` → ``sweep``; what most people need of them is here:

>>> from logreg_unlearn import UnlearningProblem, audit, data
>>> blobs = data.synthetic.gaussian_classes(0.5, n=60, d=2, seed=1)
>>> problem = UnlearningProblem(blobs.features, blobs.labels, blobs.forget, ridge=0.1)
>>> audit(problem, ["da"], steps=200).outcomes[0].verdict
'HARMED'

Names are loaded when they are first used (PEP 562), so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logreg_unlearn import data
    from logreg_unlearn.assess import metrics
    from logreg_unlearn.assess.audit import audit
    from logreg_unlearn.assess.bounds import distance_bounds, judge
    from logreg_unlearn.problem.multiclass import SoftmaxProblem
    from logreg_unlearn.problem.problem import UnlearningProblem
    from logreg_unlearn.solve.optimum import minimise
    from logreg_unlearn.solve.path import follow
    from logreg_unlearn.unlearn import methods
    from logreg_unlearn.unlearn.driver import run

__version__ = "0.2.0"

__all__ = [
    "SoftmaxProblem",
    "UnlearningProblem",
    "audit",
    "data",
    "distance_bounds",
    "follow",
    "judge",
    "methods",
    "metrics",
    "minimise",
    "run",
]

_PLACES = {
    "SoftmaxProblem": "problem.multiclass",
    "UnlearningProblem": "problem.problem",
    "minimise": "solve.optimum",
    "follow": "solve.path",
    "run": "unlearn.driver",
    "distance_bounds": "assess.bounds",
    "judge": "assess.bounds",
    "audit": "assess.audit",
}
_MODULES = {"methods": "unlearn.methods", "metrics": "assess.metrics", "data": "data"}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    elif name in _MODULES:
        found = import_module(f"{__name__}.{_MODULES[name]}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
