"""Sweeps over the dependence between forget and retain set: cases, runner, summary, files."""
