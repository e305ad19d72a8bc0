"""What the figures of the guarantees say is what their tables hold."""

from __future__ import annotations

import numpy as np

from logreg_unlearn.theory import guarantees as theory
from tests.figures.drawings import column, columns


def test_draws_lie_on_the_exact_curve() -> None:
    table = columns("gaussian_guarantee")
    exact = theory.gaussian_guarantee(table["ratio"], table["epsilon"]).delta
    np.testing.assert_allclose(table["delta"], exact, atol=0.02)
    attack = theory.gaussian_guarantee(table["distance over noise"], 0.0)
    np.testing.assert_allclose(table["advantage"], attack.advantage, atol=0.02)
    np.testing.assert_allclose(table["auc"], attack.auc, atol=0.01)


def test_the_classical_rule_is_kept_where_proved_and_broken_beyond() -> None:
    table = columns("classical_noise_rule")
    reached, epsilon = table["reached over claimed"], table["epsilon"]
    assert (reached[epsilon <= 2 * np.log(2.5)] < 1).all() and reached.max() > 100
    rule = theory.classical_noise_rule(epsilon, table["delta"]).reached / table["delta"]
    np.testing.assert_allclose(reached, rule, rtol=1e-3)


def test_bounds_of_the_residual_are_in_order() -> None:
    names = ("truth", "per row", "quadratic", "amended", "published")
    values = [column("newton_residual", name) for name in names]
    for low, high in zip(values, values[1:], strict=False):
        assert (low <= high * (1 + 1e-9)).all()
    assert (values[1] < 7 * values[0]).all() and values[-1][0] > 100 * values[1][0]


def test_only_the_amended_bound_holds_for_long_rows() -> None:
    table = columns("published_residual_bound")
    assert (table["one amended"] <= 1).all() and (table["amended"] <= 1).all()
    long = table["length"] > 3 * np.sqrt(3)
    assert (table["one published"][~long] <= 1).all() and table["one published"][long].max() > 1
    assert (table["published"] <= 1).all()


def test_rows_lie_on_the_curve_of_their_leverage() -> None:
    table = columns("influence_to_newton")
    exact = theory.influence_to_newton(table["leverage"])
    np.testing.assert_allclose(table["ratio"], exact, rtol=1e-6)


def test_steps_contract_as_bounded() -> None:
    table = columns("newton_contraction")
    assert (table["euclidean"] <= table["constant"][0] * table["distance"]).all()
    relative = theory.newton_contraction(1.0, 1.0, 1.0, table["margin change"]).relative
    share = table["in the Hessian's norm"] / relative
    assert (share <= 1 + 1e-9).all() and 0.1 < share.max() < 0.5
    met = theory.newton_contraction(1.0, 1.0, 1.0, table["tail margin change"]).relative
    np.testing.assert_allclose(table["tail ratio"], met, rtol=1e-2)


def test_errors_of_a_stream_stay_below_the_bound_and_do_not_grow() -> None:
    table = columns("newton_errors_do_not_accumulate")
    assert (table["error"] <= table["bound"]).all()
    strongest = table["ridge"] == table["ridge"].max()
    assert np.isfinite(table["bound"]).any() and np.isfinite(table["bound"][strongest]).all()


def test_finetuning_stays_below_its_bound() -> None:
    table = columns("ascent_finetune_bound")
    assert (table["distance"] <= table["bound"] * (1 + 1e-9)).all()


def test_ascent_has_its_moment_only_above_lift_one() -> None:
    table = columns("ascent_hurts_finetuning")
    for lift in np.unique(table["lift"]):
        part = (table["lift"] == lift) & (table["finetuning"] == 1.0)
        steps = np.diff(table["distance"][part])
        assert (steps > 0).all() if lift <= 1 else steps[0] < 0 < steps[-1]


def test_the_trigger_is_on_both_sides_of_the_oracle() -> None:
    table = columns("planted_trigger")
    assert (np.abs(table["oracle"]) < 1e-7).all()
    assert (table["descent-ascent"] < 0).all() and (table["original"] > 0).all()
    assert (-table["descent-ascent"] > table["original"]).all()


def test_the_published_budget_is_exceeded() -> None:
    table = columns("certified_removal_budget")
    found = theory.certified_removal_budget(table["beta"], table["sigma"], table["epsilon"])
    late = table["epsilon"] > 0.6
    assert (table["true"][late] > 70 * found.published[late]).all()
    assert (table["true"][table["epsilon"] < 0.2] < found.published[table["epsilon"] < 0.2]).all()
