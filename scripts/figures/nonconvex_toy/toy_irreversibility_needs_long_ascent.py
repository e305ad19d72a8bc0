"""Only an ascent that lasts longer than a critical time cannot be undone by fine-tuning."""

import numpy as np

from logreg_unlearn.theory import nonconvex_toy as theory
from logreg_unlearn.theory.nonconvex_toy import Reading, stationary_points

from .. import ink
from ._reading import DEFAULT, described, plain, reading_of, verdict


def CAPTION(table: ink.Table) -> str:
    low, high = table["critical_low"][0], table["critical_high"][0]
    story = (
        f"up to t* = {low:.6g} (bracket to {high:.6g}) fine-tuning ends where it would have "
        "without ascent, beyond it elsewhere"
        if np.isfinite(high)
        else "whenever the ascent stops, fine-tuning ends at the same minimum"
    )
    return (
        "The retrained objective where descent-ascent stops and where fine-tuning then ends, "
        f"against the stopping time, for one reading of the text ({plain(reading_of(table))}, "
        f"ridge 0.1). In this reading, {story}."
    )


def compute(quick: bool = False, reading: Reading = DEFAULT) -> ink.Table:
    """Return where the ascent stops and fine-tuning ends for every stopping time."""
    critical = theory.toy_irreversibility_needs_long_ascent(reading, relative_width=1e-6)
    start = stationary_points(theory.pretrained_objective(reading)).minima[0].w
    ascent = theory.descent_ascent_objective(reading)
    retrained = theory.retrained_objective(reading)
    target = stationary_points(retrained)
    centre = critical.low if critical.exists else 1.0
    times = np.geomspace(centre / 30, centre * 30, 16 if quick else 60)
    stops = np.array([theory.integrate(ascent, start, time) for time in times])
    ends = [theory.gradient_flow(retrained, w, target).minimum for w in stops]
    return {
        "time": times, "w1_stop": stops[:, 0], "w2_stop": stops[:, 1],
        "J_stop": retrained.value(stops),
        "J_after_fine_tuning": np.array([np.nan if end is None else end.value for end in ends]),
        "decisions": np.array(["" if end is None else end.decisions for end in ends]),
        "critical_low": np.array([critical.low]), "critical_high": np.array([critical.high]),
        "minimum_J": np.array([p.value for p in target.minima]),
        "minimum_decisions": np.array([p.decisions for p in target.minima]),
        "reading": np.array([reading.name]),
    }  # fmt: skip


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(7.4, 4.6))
    times, best, worst = table["time"], table["minimum_J"].min(), table["J_stop"].max()
    ink.curve(ax, 1, times, table["J_stop"], "where the ascent stops")
    ink.points(ax, 0, times, table["J_after_fine_tuning"], "after fine-tuning")
    for value, decisions in zip(table["minimum_J"], table["minimum_decisions"], strict=True):
        ax.axhline(value, color=ink.GREY, linewidth=0.8)
        place = {"xytext": (0, 7), "textcoords": "offset points", "fontsize": 8.5}
        ax.annotate(f"minimum {verdict(str(decisions))}", (times[0], value), **place)
    if np.isfinite(table["critical_high"][0]):
        low = table["critical_low"][0]
        ax.axvline(low, color="black", linestyle=":", label=f"critical time $t^*={low:.6g}$")
    ax.set(xscale="log", ylim=(best - 0.08 * (worst - best), worst * 1.05))
    ax.set_xlabel("time $t$ of descent\N{EN DASH}ascent flow before fine-tuning")
    ax.set_ylabel("retrained objective $J$")
    ax.set_title(described(reading_of(table)), fontsize=8.5)
    return ink.with_legend(figure, ax, 3)
