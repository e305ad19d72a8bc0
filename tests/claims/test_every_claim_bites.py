"""The tests of every claim fail when its closed form is wrong, in each of its results.

A mutant hands the tests the closed form with one of its results moved up or down, a truth
value turned round or a kind exchanged for the next.  The property test ``test_<slug>`` has to
fail for one of them at least; the tests whose names begin so, for all of them.  For a bound both
directions matter: one makes it false, the other makes it loose, which only a test of its
tightness notices.
"""

from __future__ import annotations

import inspect
import itertools
import pickle
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import wraps
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from logreg_unlearn.claims import Claim, load_claims
from logreg_unlearn.theory.nonconvex_toy import Reading

EXAMPLES = 12
UP, DOWN = 1, -1


def is_record(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def moved(value: Any, way: int) -> Any:
    """Return a result that is clearly another one: numbers by a third of themselves and more."""
    if isinstance(value, Enum):
        others = list(type(value))
        return others[(others.index(value) + 1) % len(others)]
    if is_record(value):
        if isinstance(value, Reading):  # not a result: what it was asked for
            return value
        return replace(value, **{f.name: moved(getattr(value, f.name), way) for f in fields(value)})
    if isinstance(value, tuple):
        parts = [moved(part, way) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, str):
        return value + "?"
    array = np.asarray(value)
    if array.dtype.kind == "b":
        return ~array if array.ndim else not value
    if array.dtype.kind in "iu":
        return array + way if array.ndim else type(value)(value + way)
    if array.dtype.kind == "f":
        with np.errstate(all="ignore"):
            result = array + way * (abs(array) / 3 + 1e-3)
        return result if isinstance(value, np.ndarray) else type(value)(result)
    return value


def results(value: Any) -> list[str | int]:
    """Name the results of a closed form: fields, elements of a tuple, or the one that it is."""
    if is_record(value):
        return [f.name for f in fields(value) if not isinstance(getattr(value, f.name), Reading)]
    return list(range(len(value))) if isinstance(value, tuple) else ["it"]


def with_one_moved(value: Any, which: str | int, way: int) -> Any:
    if is_record(value):
        return replace(value, **{str(which): moved(getattr(value, str(which)), way)})
    if isinstance(value, tuple):
        parts = [moved(p, way) if i == which else p for i, p in enumerate(value)]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return moved(value, way)


def hand_over(monkeypatch: pytest.MonkeyPatch, module: Any, original: Any, mutant: Any) -> None:
    """Put the mutant wherever the test module would find the closed form."""
    for holder in (module, getattr(module, "theory", None)):
        for name, value in list(vars(holder).items() if holder else ()):
            if value is original:
                monkeypatch.setattr(holder, name, mutant)
            elif holder is module and isinstance(value, dict):
                for key in [key for key, entry in value.items() if entry is original]:
                    monkeypatch.setitem(value, key, mutant)
            elif hasattr(value, "cache_clear") and value.__module__ == module.__name__:
                value.cache_clear()


def calls(test: Any) -> Iterator[Callable[[], Any]]:
    """Yield the runs of a test: its parameters, or a few examples of its strategies."""
    if hasattr(test, "hypothesis"):
        for seed in range(EXAMPLES):
            size = 4096
            buffer = np.random.default_rng(seed).bytes(size)
            yield lambda buffer=buffer: test.hypothesis.fuzz_one_input(buffer)  # type: ignore[misc]
        return
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    tables = []
    for mark in marks:
        names = mark.args[0]
        names = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
        rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
        tables.append([dict(zip(names, row, strict=True)) for row in rows])
    for chosen in itertools.product(*tables):
        given = {name: value for part in chosen for name, value in part.items()}
        if "rng" in inspect.signature(test).parameters:
            given["rng"] = np.random.default_rng(0)
        assert set(given) == set(inspect.signature(test).parameters), test.__name__
        yield lambda given=given: test(**given)  # type: ignore[misc]


def fails(test: Any) -> bool:
    for call in calls(test):
        try:
            call()
        except Exception:
            return True
    return False


def witnesses(claim: Claim) -> list[Any]:
    module = import_module(f"tests.claims.test_{claim.stem}")
    names = [n for n in vars(module) if n == f"test_{claim.slug}" or
             n.startswith(f"test_{claim.slug}_")]  # fmt: skip
    return [getattr(module, name) for name in sorted(names, key=len)]


CLAIMS = [claim for claim in load_claims() if "theory" not in claim.gaps]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.slug)
def test_a_claim_fails_with_every_result_wrong(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module(f"tests.claims.test_{claim.stem}")
    room = import_module(f"logreg_unlearn.theory.{claim.stem}")
    original = getattr(room, claim.slug)
    seen: dict[bytes, Any] = {}

    @wraps(original)
    def observed(*args: Any, **kwargs: Any) -> Any:
        key = pickle.dumps((args, kwargs))
        if key not in seen:
            seen[key] = original(*args, **kwargs)
        return seen[key]

    property_test, *others = witnesses(claim)
    with monkeypatch.context() as patch:
        hand_over(patch, module, original, observed)
        assert not fails(property_test), "it has to pass with the closed form as it is"
    assert seen, "it never calls the closed form"
    survivors, bitten = [], False
    for which, way in itertools.product(results(next(iter(seen.values()))), (UP, DOWN)):

        @wraps(original)
        def mutant(*args: Any, **kwargs: Any) -> Any:
            return with_one_moved(observed(*args, **kwargs), which, way)  # noqa: B023

        with monkeypatch.context() as patch:
            hand_over(patch, module, original, mutant)
            found = fails(property_test)
            bitten |= found
            if not (found or any(fails(test) for test in others)):
                survivors.append((which, "up" if way == UP else "down"))
    hand_over(monkeypatch, module, original, original)  # forget what tests have stored
    assert bitten, "the property test asserts nothing about the closed form"
    assert not survivors
