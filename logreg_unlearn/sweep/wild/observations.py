"""Which of the paper's observations the cells show, in words made from their numbers.

All of it is *measured*, on these data sets and grids; the best setting of a grid is the one that an
observer of the oracle would pick, so it flatters every method that has a grid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from logreg_unlearn.sweep.wild.cell import PARTS, Cell
from logreg_unlearn.sweep.wild.compare import (
    ASCENTS,
    NEAR,
    best,
    by_set,
    looks_forgotten,
    of,
    only,
    reaches,
    visible_gap,
)
from logreg_unlearn.sweep.wild.removals import settings
from logreg_unlearn.sweep.wild.run import STOPPING

MOST, FEW = 2.0 / 3.0, 1.0 / 3.0
"""Shares from which an observation is said to be reproduced, and below which it is not."""


@dataclass(frozen=True)
class Observation:
    """An observation of the paper beside what was measured here.

    Attributes
    ----------
    paper : str
    verdict : str
        reproduced, partly reproduced, not reproduced, or not decided (nothing to decide it on).
    measured : str
    """

    paper: str
    verdict: str
    measured: str

    def __str__(self) -> str:
        return f"{self.verdict.upper()}: {self.paper}\n  Measured: {self.measured}"


def observe(cells: Sequence[Cell]) -> list[Observation]:
    """Return every observation that the cells speak of.

    Parameters
    ----------
    cells : sequence of Cell
        Of `logreg_unlearn.sweep.wild.run.run`.
    """
    groups = list(by_set(cells).values())
    to_do = [g for g in groups if not reaches(only(g, "original"))]
    found = [_mirrors(groups), _gap(to_do), _never_there(to_do), _worse_than_nothing(groups)]
    found += [
        _larger_is_harder(groups),
        _descent_helps(to_do),
        _sensitive(to_do),
        _illusion(groups),
    ]
    return found


def advice(cells: Sequence[Cell]) -> str:
    """Return what reached the retrained models' law instead, and at what cost."""
    to_do = [g for g in by_set(cells).values() if not reaches(only(g, "original"))]
    if not to_do:
        return "Beside the paper: no forget set had anything to unlearn."
    parts = []
    for name in (*settings(), "finetune"):
        there = [[c.cost for c in of(g, name) if reaches(c)] for g in to_do]
        costs = [min(found) for found in there if found]
        parts.append(f"{name} {len(costs)}" + (f" ({np.median(costs):.3g})" if costs else ""))
    return (
        f"Beside the paper, without ascent: of {len(to_do)} forget sets with something to unlearn, "
        f"the retrained models' law was reached in: {', '.join(parts)}; in brackets the median "
        "cost of the cheapest setting that did, in passes over the data."
    )


def _verdict(share: float) -> str:
    if np.isnan(share):
        return "not decided"
    return (
        "reproduced" if share >= MOST else "not reproduced" if share <= FEW else "partly reproduced"
    )


def _counted(paper: str, shown: Sequence[bool], words: Callable[[int, int], str]) -> Observation:
    share = float(np.mean(shown)) if shown else np.nan
    return Observation(paper, _verdict(share), words(int(np.sum(shown)), len(shown)))


def _mirrors(groups: Sequence[Sequence[Cell]]) -> Observation:
    oracles = [only(g, "oracle") for g in groups if g[0].family == "random"]
    gaps = np.array([c.accuracy_forget - c.accuracy_held_out for c in oracles])
    spread = [np.sqrt(c.accuracy_held_out * (1 - c.accuracy_held_out) / c.size) for c in oracles]
    shown = [bool(abs(g) <= 2 * s + 1e-9) for g, s in zip(gaps, spread, strict=True)]
    return _counted(
        "on random forget sets the oracle is as accurate on F as on held-out rows.",
        shown,
        lambda k, n: (
            f"within two standard errors in {k} of {n} random sets"
            + (f", median gap {100 * np.median(np.abs(gaps)):.1f} points." if n else ".")
        ),
    )


def _gap(groups: Sequence[Sequence[Cell]]) -> Observation:
    rows = [[getattr(only(g, "original"), f"klom_{p}") for p in PARTS] for g in groups]
    middle = np.median(rows, axis=0) if rows else np.full(3, np.nan)
    return _counted(
        "oracle and pretrained model differ on F and hardly on R and held-out rows.",
        [f > NEAR * max(r, h) for f, r, h in rows],
        lambda k, n: (
            f"the original's KLoM on F is above {NEAR:g} times that on both others in {k} of {n} "
            "sets with something to unlearn; medians {:.2f} (F), {:.2f} (R), {:.2f} (held out)."
        ).format(*middle),
    )


def _never_there(groups: Sequence[Sequence[Cell]]) -> Observation:
    tops = {m: [best(g, (m,)) for g in groups] for m in ASCENTS}
    missed = [not any(reaches(tops[m][k]) for m in ASCENTS) for k in range(len(groups))]
    over = {m: np.median([c.worst / c.floor for c in v]) for m, v in tops.items() if v}
    each = ", ".join(
        f"{m.upper()} in {sum(map(reaches, tops[m]))} (median {value:.2f} floors)"
        for m, value in over.items()
    )
    return _counted(
        "no setting of GA, descent-ascent or SCRUB reaches the retrained models' law.",
        missed,
        lambda k, n: (
            f"no setting of the three grids came within {NEAR:g} floors in {k} of {n} sets with "
            f"something to unlearn. The best setting of each did: {each}."
        ),
    )


def _worse_than_nothing(groups: Sequence[Sequence[Cell]]) -> Observation:
    pairs = [(c, only(g, "original")) for g in groups for c in of(g, *ASCENTS)]
    farther = [c.ratio > 1.0 for c, _ in pairs]
    random = [c.ratio > 1.0 for c, _ in pairs if c.family == "random"]
    law = [c.worst > o.worst for c, o in pairs]
    diverged = sum(c.diverged > 0 for c, _ in pairs)
    return _counted(
        "ascent ends farther from the oracle than the model it started from.",
        farther,
        lambda k, n: (
            f"farther in weights in {k} of {n} settings ({100 * np.mean(farther):.0f} %; random "
            f"sets {100 * np.mean(random) if random else np.nan:.0f} %), a larger KLoM than doing "
            f"nothing in {100 * np.mean(law):.0f} %, {diverged} diverged."
        ),
    )


def _larger_is_harder(groups: Sequence[Sequence[Cell]]) -> Observation:
    shown, steps = [], []
    for dataset in dict.fromkeys(g[0].dataset for g in groups):
        for family in dict.fromkeys(g[0].family for g in groups):
            part = [g for g in groups if (g[0].dataset, g[0].family) == (dataset, family)]
            part.sort(key=lambda g: g[0].size)
            if len(part) > 1:
                values = [best(part[0], ("gda",)).worst, best(part[-1], ("gda",)).worst]
                shown.append(values[1] > values[0])
                steps.append(values)
    middle = np.median(steps, axis=0) if steps else np.full(2, np.nan)
    return _counted(
        "larger forget sets are harder for descent-ascent.",
        shown,
        lambda k, n: (
            f"KLoM of its best setting is larger on the largest set than on the smallest in {k} of "
            f"{n} families of sets; medians {middle[0]:.2f} and {middle[1]:.2f}."
        ),
    )


def _descent_helps(groups: Sequence[Sequence[Cell]]) -> Observation:
    tops = [{m: best(g, (m,)).worst for m in (*ASCENTS, "finetune")} for g in groups]
    wins = [min(ASCENTS, key=top.__getitem__) for top in tops]
    tally = ", ".join(f"{m.upper()} {wins.count(m)}" for m in ASCENTS)
    without = sum(top["finetune"] <= top["gda"] for top in tops)
    return _counted(
        "descent-ascent at its best setting beats GA and SCRUB.",
        [m == "gda" for m in wins],
        lambda k, n: (
            f"best of the three by set, of {n} with something to unlearn: {tally}; the same "
            f"descent without ascent is as good as descent-ascent in {without}."
        ),
    )


def _sensitive(groups: Sequence[Sequence[Cell]]) -> Observation:
    by_stop, by_rate, better = [], [], []
    for g in groups:
        swept = of(g, STOPPING)
        if not swept:
            continue
        top = best(swept, (STOPPING,))
        stops = [c.worst for c in swept if c.rate == top.rate]
        rates = [c.worst for c in swept if c.epochs == top.epochs]
        by_stop.append(max(stops) / top.worst)
        by_rate.append(max(rates) / top.worst)
        better.append(float(np.mean([c.worst < only(g, "original").worst for c in swept])))
    return _counted(
        "the outcome of descent-ascent hangs on the stopping time and on the step size.",
        [min(a, b) > 2.0 for a, b in zip(by_stop, by_rate, strict=True)],
        lambda k, n: (
            f"both can more than double the best KLoM in {k} of {n} sets; "
            + (
                f"medians: {np.median(by_stop):.1f} times by stopping elsewhere, "
                f"{np.median(by_rate):.1f} times by another step size; better than doing nothing "
                f"in {100 * np.median(better):.0f} % of the settings."
                if n
                else "nothing was swept."
            )
        ),
    )


def _illusion(groups: Sequence[Sequence[Cell]]) -> Observation:
    shown, looks, lies = [], 0, 0
    for g in groups:
        swept, aim, gap = of(g, STOPPING), only(g, "oracle"), visible_gap(g)
        if not swept or np.isnan(gap):
            continue
        seen = [c for c in swept if looks_forgotten(c, aim, gap)]
        false = [c for c in seen if c.ratio > 1.0]
        looks, lies = looks + len(seen), lies + len(false)
        shown.append(bool(false))
    return _counted(
        "some step sizes and stops look like forgetting on F while the model moved away (the "
        "forgets illusion).",
        shown,
        lambda k, n: (
            f"in {k} of {n} sets some setting at least halves the accuracy gap on F and ends "
            f"farther from the oracle than the original; {lies} of the {looks} settings that look "
            "so are farther."
        ),
    )
