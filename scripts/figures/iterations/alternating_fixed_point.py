"""Alternating steps settle on a fixed point set by the step size, up to lift e^sqrt(2)."""

import numpy as np

from logreg_unlearn.theory import iterations as theory

from .. import ink

CAPTION = (
    "Where alternating steps (descent first, exponential loss, no ridge, one coordinate) settle "
    "as the lift grows, in units free of step size and share; simultaneous steps diverge for "
    "every lift above 1. The fixed point, set by the step size, is stable exactly up to rho = "
    "e^sqrt(2); beyond it the period doubles and chaos follows."
)


def compute(quick: bool = False) -> ink.Table:
    """Return iterates after a burn-in for every lift."""
    lift = np.linspace(1.02, 9.4, 200 if quick else 800)
    orbit = theory.reduced_orbit(lift, burn=500 if quick else 2_000, keep=60 if quick else 75)
    return {"lift": np.repeat(lift, len(orbit)), "u": orbit.T.ravel()}


def draw(table: ink.Table) -> ink.Figure:
    figure, (ax,) = ink.panels(size=(7.2, 4.4))
    shown = np.where(np.abs(table["u"]) < 20, table["u"], np.nan)
    ax.plot(table["lift"], shown, ",", color=ink.COLOURS[0], rasterized=True)
    lift = np.unique(table["lift"])
    known = theory.alternating_fixed_point(lift).descent_first
    ink.curve(ax, 1, lift, known, r"fixed point $u^*=-\ln\ln\rho$")
    label = r"theory: stable up to $\rho=e^{\sqrt{2}}=4.113$"
    ax.axvline(np.exp(np.sqrt(2.0)), color="black", linestyle=":", label=label)
    ax.plot([], [], "o", color=ink.COLOURS[0], markersize=2, label="iterates after burn-in")
    ax.set(xlabel=r"lift $\rho$", ylabel=r"position $u=w-\ln(\eta p)$")
    return ink.with_legend(figure, ax, 3)
