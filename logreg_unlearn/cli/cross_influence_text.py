"""What the study of predictions prints and draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from logreg_unlearn import plots
from logreg_unlearn.assess.candidates import RATIOS
from logreg_unlearn.sweep.influence.ranks import Estimate
from logreg_unlearn.sweep.influence.rows import Table, chosen
from logreg_unlearn.sweep.influence.tables import FIXED, STRATA, Shift, Skill
from logreg_unlearn.sweep.influence.words import PAPER, best_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = ("skill", "predicted", "shifted")
FILES = [f"{name}.{suffix}" for name in FIGURES for suffix in ("png", "svg")]
_NAME = 32


def report(result: dict[str, Any]) -> str:
    """Return every table, and the answers, as text of at most 100 columns."""
    parts: list[str] = []
    for loss, found in result["losses"].items():
        helped = found["helped"]
        parts += [
            f"{loss} loss: {helped.cases} cases, {helped.helped} ended closer, "
            f"{100 * found['diverged']:.0f} % diverged; {found['certified']} ends are certified, "
            f"and of {found['checked']} that were run on, {found['agreed']} ended there",
            *_correlations(found["skills"]),
            "",
            *_calibrations(found["skills"]),
            "",
        ]
    parts += _sizes(result["growth"]) + _shifts(result["shift"])
    return "\n".join([*parts, *result["answers"]])


def _correlations(skills: Sequence[Skill]) -> list[str]:
    short = ("overall", "data set", "kind", "ridge, size", "+ fraction")
    heads = "".join(f"{name:>13}" for name in short)
    lines = [f"{'rank correlation with the ratio':{_NAME}}{heads}  beyond trivial"]
    for skill in skills:
        cells = "".join(f"{_plain(skill.correlation[s]):>13}" for s in STRATA)
        lines.append(f"{skill.name:{_NAME}}{cells}  {_full(skill.beyond_trivial)}")
    return lines


def _plain(found: Estimate) -> str:
    return "-" if np.isnan(found.value) else f"{found.value:+.2f}"


def _full(found: Estimate) -> str:
    if np.isnan(found.value):
        return "-"
    return f"{found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"


def _calibrations(skills: Sequence[Skill]) -> list[str]:
    lines = [
        f"{'off by a factor of':{_NAME}}{'median':>10}{'90 %':>10}   helped: precision   recall"
    ]
    for skill in skills:
        if skill.name in RATIOS:
            cells = "".join(f"{_number(v):>10}" for v in (skill.factor, skill.factor_90))
            seen = f"{_share(skill.precision):>20}{_share(skill.recall):>9}"
            lines.append(f"{skill.name:{_NAME}}{cells}{seen}")
    return lines


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3g}"


def _share(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:.0f} %"


def _sizes(growth: Sequence[Any]) -> list[str]:
    lines = [f"{'exponent of n, random F':{_NAME}}{'measured':>10}{'1/(2(1+q))':>12}{'q':>10}"]
    for each in growth:
        lines.append(f"{each.regime:{_NAME}}{each.measured:>10.2f}{each.law:>12.2f}{each.q:>10.2g}")
    return [*lines, ""] if growth else []


def _shifts(shift: Shift | None) -> list[str]:
    if shift is None:
        return []
    lines = [f"{'cosine of class means, medians':{_NAME}}{'ratio':>10}{'DA':>10}{'original':>10}"]
    for cosine, values in shift.medians.items():
        lines.append(f"{cosine:<{_NAME}g}" + "".join(f"{value:>10.3g}" for value in values))
    return [*lines, ""]


def figures(table: Table, result: dict[str, Any]) -> dict[str, bytes]:
    """Return the figures of the first loss as files."""
    made: dict[str, bytes] = {}
    for name in FIGURES:
        figure = draw(name, table, result)
        if figure is not None:
            with plots.style():
                made |= plots.files(figure, name)
    return made


def draw(name: str, table: Table, result: dict[str, Any]) -> Figure | None:
    """Return one figure of the first loss, or None where nothing was measured for it."""
    loss = str(table["loss"][0])
    skills: Sequence[Skill] = result["losses"][loss]["skills"]
    if name == "skill":
        order = sorted(skills, key=lambda skill: -skill.correlation[FIXED].value)
        strata = {f"at fixed {FIXED.replace(', ', ' and ')}": FIXED, "overall": "overall"}
        found = {text: [s.correlation[key] for s in order] for text, key in strata.items()}
        return plots.prediction_skill([skill.name for skill in order], found)
    if name == "shifted":
        return _draw_shift(result["shift"])
    finite = (table["loss"] == loss) & np.isfinite(table["ratio"]) & (table["ratio"] > 0)
    part = chosen(table, finite)
    helped = part["verdict"] == "HELPED"
    panels = [
        {
            "title": candidate, "predicted": part[candidate], "actual": part["ratio"],
            "helped": helped, "ratio": candidate in RATIOS,
        }
        for candidate in (PAPER, best_of(skills).name)
    ]  # fmt: skip
    return plots.predicted_and_actual(panels)


def _draw_shift(shift: Shift | None) -> Figure | None:
    if shift is None:
        return None
    names = ("ratio of the two", "descent–ascent's distance", "the original's distance")
    columns = zip(*shift.medians.values(), strict=True)
    return plots.shifted_distances(
        list(shift.medians), dict(zip(names, map(list, columns), strict=True))
    )
