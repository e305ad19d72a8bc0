"""An audit as rows of strings: where each method ends, and what it does to the model.

A method that is retraining in disguise is marked :data:`DISGUISED`.  A cell is empty where a
number is not known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from logreg_unlearn.assess.effect import Effect
from logreg_unlearn.assess.outcome import Outcome
from logreg_unlearn.assess.removals import RemovalOutcome
from logreg_unlearn.assess.requests import RequestStream
from logreg_unlearn.assess.words import times, two_digits, upwards
from logreg_unlearn.unlearn.trajectory import html_table

if TYPE_CHECKING:
    from logreg_unlearn.assess.audit import Audit

HEADS = ("method", "end", "limit", "best*", "at step", "cost", "verdict")
"""Of :func:`audit_rows`: ratios at the last step, of the limit and of the closest record (which
peeks at the oracle), its step, the cost in units of retraining."""

DISGUISED = "="
"""After the name of a method that is retraining in disguise."""

_SHOWN = 4  # requests that the table names, in 80 columns; the data have all of them


def audit_rows(audit: Audit) -> list[tuple[str, ...]]:
    """Return a row of strings under :data:`HEADS` per method, then one per removal."""
    rows: list[tuple[str, ...]] = [
        (
            _name(outcome),
            _number(outcome.ratio),
            _number(outcome.limit_ratio),
            _number(outcome.best.ratio),
            str(outcome.best.step),
            times(outcome.cost),
            outcome.verdict if outcome.settled else f"{outcome.verdict} so far",
        )
        for outcome in audit.outcomes
    ]
    for removal in audit.removals:
        cost = "" if removal.failed else times(removal.cost)
        said = "failed" if removal.failed else ""
        rows.append((_name(removal), _number(removal.ratio), "", "", "", cost, said))
    return rows


def model_heads(audit: Audit) -> tuple[str, ...]:
    """Return the heads of `model_rows`; held-out rows have a column where there are any."""
    held_out = ("held out",) if _has_held_out(audit) else ()
    return ("method", "risk", "F right", "R right", *held_out, "changed", "certified", "noise")


def model_rows(audit: Audit) -> list[tuple[str, ...]]:
    """Return a row per model: the one in use, every method's, every removal's.

    Excess retain risk; shares of the forgotten, retained and held-out rows that are classified
    right; rows that the oracle decides differently; certified distance; noise needed.
    """
    named: list[tuple[str, Effect | None]] = [("as it is", audit.in_use)]
    named += [(_name(outcome), outcome.effect) for outcome in audit.outcomes]
    named += [(_name(removal), removal.effect) for removal in audit.removals]
    blank = ("",) * (len(model_heads(audit)) - 1)
    return [(name, *(blank if effect is None else _cells(effect))) for name, effect in named]


def request_heads(stream: RequestStream) -> tuple[str, ...]:
    """Return the heads of `request_rows`."""
    after = [f"after {k + 1}" for k in _shown(stream)]
    return ("method", *after, "certified", "cost")


def request_rows(stream: RequestStream) -> list[tuple[str, ...]]:
    """Return a row per removal: ratios after some of the requests, the rest after the last."""
    rows: list[tuple[str, ...]] = []
    for one in stream.followed:
        if one.failed:
            rows.append((one.method, *("",) * len(_shown(stream)), "", "failed"))
            continue
        ratios = [_number(one.ratios[k]) for k in _shown(stream)]
        rows.append((one.method, *ratios, _bound(one.certified[-1]), times(one.cost)))
    return rows


def audit_html(audit: Audit) -> str:
    """Return the tables for a notebook."""
    tables = [
        html_table(audit.sentence(), HEADS, audit_rows(audit)),
        html_table(
            f"What to do: {audit.advice.sentence()}.", model_heads(audit), model_rows(audit)
        ),
    ]
    if audit.requests is not None:
        caption = "One request after another: distance to the oracle over that of doing nothing."
        rows = request_rows(audit.requests)
        tables.append(html_table(caption, request_heads(audit.requests), rows))
    return "".join(tables)


def _name(outcome: Outcome | RemovalOutcome) -> str:
    disguised = outcome.retraining and outcome.method != "retrain"
    return f"{outcome.method} {DISGUISED}" if disguised else outcome.method


def _has_held_out(audit: Audit) -> bool:
    return audit.in_use.evaluation.accuracy_held_out is not None


def _cells(effect: Effect) -> tuple[str, ...]:
    read = effect.evaluation
    held_out = () if read.accuracy_held_out is None else (_share(read.accuracy_held_out.value),)
    return (
        "inf" if math.isinf(effect.excess_risk) else two_digits(effect.excess_risk),
        _share(read.accuracy_forget.value),
        _share(read.accuracy_retain.value),
        *held_out,
        f"{read.changed:,}",
        _bound(effect.certified),
        _bound(effect.noise),
    )


def _share(value: float) -> str:
    return f"{100.0 * value:.1f} %"


def _bound(value: float) -> str:
    return "inf" if math.isinf(value) else upwards(value)


def _shown(stream: RequestStream) -> list[int]:
    count = len(stream.sizes)
    return sorted({round(k) for k in np.linspace(0, count - 1, min(count, _SHOWN))})


def _number(ratio: float) -> str:
    """Return a ratio for the table; nothing where it is not known."""
    if math.isnan(ratio):
        return ""
    return times(ratio).removesuffix("x") if math.isfinite(ratio) else "inf"
