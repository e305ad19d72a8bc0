"""Every public function of the theory refuses what it is not stated for, in the same words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest

from logreg_unlearn import theory
from logreg_unlearn.theory import lambert
from logreg_unlearn.theory.nonconvex_toy import READINGS, Reading, ToyObjective, stationary_points

ONE_LINE = re.compile(r"expected [^\n]+, got [^\n]+")
E = np.e
INF, NAN = np.inf, np.nan

# Kind -> values that are outside, values that are inside (its ends, where they belong to it).
KINDS: dict[str, tuple[list[Any], list[Any]]] = {
    "real": ([INF, -INF], [-1.0, 0.0, 2, np.float32(0.5)]),
    "not -1": ([INF, -INF, -1.0], [-0.5, 0.0, 2.0]),
    "positive": ([0.0, -1.0, INF, -INF], [1e-6, 2]),
    "negative": ([0.0, 1.0, INF, -INF], [-1e-6, -2]),
    "nonnegative": ([-1e-9, -1.0, INF, -INF], [0.0, 1, 2.5]),
    "bound": ([-1e-9, -INF], [0.0, 3, INF]),
    "fraction": ([0.0, 1.0, -0.1, 1.5, INF, -INF], [1e-4, 0.9999]),
    "share": ([-0.1, 1.1, INF, -INF], [0.0, 1]),
    "below 1": ([1.0, 1.5, -0.1, INF, -INF], [0.0, 0.99]),
    "share > 0": ([0.0, -0.1, 1.1, INF, -INF], [1e-4, 1]),
    "count": ([0, -1, 1.5, INF, -INF], [1, 2.0]),
    "count >= 2": ([1, 0, -1, 2.5, INF, -INF], [2, 3.0]),
    "count >= 0": ([-1, 1.5, INF, -INF], [0, 2]),
    ">= e": ([2.7, 0.0, -1.0, INF, -INF], [E, 50.0]),
    ">= 1": ([0.999, 0.0, -1.0, INF, -INF], [1.0, 7]),
    "> 1": ([1.0, 0.5, 0.0, -1.0, INF, -INF], [1.0 + 1e-6, 7]),
    "> -354": ([-354.0, -1e3, INF, -INF], [-353.0, 3.0]),
    "<= greatest": ([-1e-9, -1.0, INF, -INF], [0.0, 0.25]),
    ">= least": ([0.0, -1.0, INF, -INF], [0.125, 2]),
    "> -709": ([-710.0, INF, -INF], [-709.0, 3.0]),
    "rate": ([0.0, 1e-7, 1e7, -1.0, INF], [1e-6, 1e6]),
    "width": ([0.0, 1e-10, 1.0, -1.0, INF], [1e-3]),
    "loss": (["hinge", "", 1], ["logistic", "exponential"]),
    "reading": (["zero_one", 0], [READINGS[5]]),
}
# What no kind of number takes, alone or as an element.
NO_NUMBERS: list[Any] = [NAN, "text", "1.0", 1j, True, None, object(), [[1.0], [1.0, 2.0]]]

# Parameter -> its kind, in every function that has it, unless the function is listed below.
PARAMETERS = {
    "epsilon": "real", "strength": "positive", "alpha": "nonnegative", "lift": "nonnegative",
    "forget_fraction": "fraction", "fraction": "fraction", "failure": "fraction",
    "ridge": "positive", "ridges": "positive", "step_size": "positive", "slope": "positive",
    "norm_ratio": "positive", "smallest_curvature": "positive", "time": "nonnegative",
    "deviation": "nonnegative", "spectral_norm": "nonnegative", "gradient_norm": "nonnegative",
    "newton_norm": "nonnegative", "leverage": "nonnegative", "step_norm": "nonnegative",
    "margin_change": "bound", "smoothness": "bound", "unlearned_lower": "bound",
    "unlearned_upper": "bound", "original_lower": "bound", "original_upper": "bound",
    "forget_size": "count", "retain_size": "count", "n_retain": "count", "n_forget": "count",
    "keep": "count", "burn": "count >= 0", "retain_share": "share", "forget_share": "share",
    "share": "positive", "ascent_weight": "real", "loss_forget": "real", "loss_retain": "real",
    "w": "real", "w_oracle": "real", "gradient_retain": "real", "gradient_forget": "real",
    "hessian": "real", "hessian_retain": "real", "hessian_forget": "real", "features": "real",
    "half_step": "real", "signed_features": "real", "coefficients": "real", "weights": "real",
    "offset": "real", "mean_retain": "real", "mean_forget": "real", "losses": "real",
    "gradient": "real", "curvature_bound": "positive",
    "cross_norm": "nonnegative", "oracle_norm": "nonnegative", "noise": "nonnegative",
    "original_distance": "positive", "gradients": "real", "row_norms": "nonnegative",
    "direction": "real", "least_curvature": "nonnegative",
    "rows_per_column": "positive", "signal": "positive", "kurtosis": ">= 1",
    "total": "positive", "size": "count",
    "scores": "real", "messages": "real", "coupling": "real", "sites": "count >= 2",
    "greatest_curvature": "positive",
    "u": "real", "start": "real", "margin": "real", "rate": "rate", "relative_width": "width",
    "loss": "loss", "reading": "reading", "ratio": "nonnegative", "delta": "fraction",
    "distance": "bound", "change": "real", "curvature": "bound", "longest_row": "nonnegative",
    "change_norm": "nonnegative", "data_curvature": "nonnegative", "contraction": "nonnegative",
    "residual": "nonnegative", "drift": "nonnegative",
    "mean_length": "nonnegative", "ascent_steps": "count >= 0",
    "finetune_steps": "count >= 0", "decision": "real", "length": "nonnegative",
    "retain_labels": "nonnegative",
    "forget_labels": "nonnegative", "law": "nonnegative", "payoff": "real",
    "temperature": "nonnegative", "smoothing": "nonnegative", "classes": "count >= 2",
    "logits": "real", "labels": "nonnegative", "class_weights": "real",
    "forget_length": "nonnegative", "retain_length": "nonnegative", "sensitivity": "bound",
    "gap": "nonnegative", "steps": "count >= 0", "trained": "count >= 0",
    "rewound": "count >= 0", "slopes": "real",
    "loudness": "positive", "rounds": "count", "lipschitz": "nonnegative",
}  # fmt: skip
NARROWER = {
    ("vanishing_ridge", "strength"): ">= e",
    ("softmax_symmetry_breaking", "lift"): "> 1",
    ("exchangeable_threshold", "lift"): "share",
    ("equal_mixes_distance", "lift"): "share",
    ("mixed_labels_strong_ridge", "lift"): "positive",
    ("alternating_fixed_point", "lift"): "> 1",
    ("crossing_time", "lift"): "> 1",
    ("smoothed_counts_threshold", "smoothing"): "positive",
    ("alternating_fixed_point", "retain_share"): "share > 0",
    ("alternating_expansion", "ridge"): "nonnegative",
    ("alternating_coordinate", "ridge"): "nonnegative",
    ("alternating_coordinate", "w"): "> -354",
    ("exp_loss_derivatives", "margin"): "> -709",
    ("orthogonal_ascent_flow", "margin"): "positive",
    ("cross_gram_bound", "greatest_curvature"): ">= least",
    ("cross_gram_bound", "least_curvature"): "<= greatest",
    ("forget_size_for", "deviation"): "positive",
    ("original_bounds", "epsilon"): "nonnegative",
    ("original_bounds", "alpha"): "share",
    ("da_bounds", "epsilon"): "nonnegative",
    ("original_above_da", "epsilon"): "positive",
    ("oracle_above_original", "epsilon"): "positive",
    ("whole_dataset_order", "epsilon"): "positive",
    ("detriment_window", "epsilon"): "positive",
    ("negative_correlation", "epsilon"): "negative",
    ("logistic_cross_dimensional", "alpha"): "positive",
    ("near_parallel_limit", "epsilon"): "not -1",
    ("gaussian_guarantee", "epsilon"): "nonnegative",
    ("largest_ratio", "epsilon"): "nonnegative",
    ("certified_removal_budget", "epsilon"): "nonnegative",
    ("noise_needed", "epsilon"): "nonnegative",
    ("certified_removal_budget", "noise"): "positive",
    ("classical_noise_rule", "epsilon"): "positive",
    ("newton_residual", "coefficients"): "nonnegative",
    ("influence_to_newton", "leverage"): "below 1",
    ("ascent_hurts_finetuning", "retain_share"): "share > 0",
    ("ascent_hurts_finetuning", "forget_share"): "share > 0",
    ("noisy_descent", "noise"): "positive",
    ("rewind_to_delete", "smoothness"): "positive",
    ("noisy_descent", "smoothness"): "positive",
    ("projective_update", "curvature"): "nonnegative",
    ("signed_newton_step", "distance"): "nonnegative",
}

TOY = ToyObjective((5, 4, 1, 0))
# Arguments that go through; what is not listed here is a scalar of its kind.
ARGUMENTS: dict[str, Any] = {
    "epsilon": 0.5, "strength": 3.0, "alpha": 0.5, "lift": 0.5, "forget_fraction": 0.4,
    "fraction": 0.4, "failure": 0.1, "ridge": 0.5, "ridges": [0.1, 1.0], "step_size": 0.1,
    "slope": 0.5, "norm_ratio": 1.5, "smallest_curvature": 0.5, "time": 0.1, "deviation": 0.2,
    "spectral_norm": 2.0, "gradient_norm": 2.0, "newton_norm": 0.5, "leverage": 0.5,
    "step_norm": 1.0, "margin_change": 0.5, "smoothness": 1e9, "unlearned_lower": 0.0,
    "unlearned_upper": INF, "original_lower": 0.0, "original_upper": INF, "forget_size": 1,
    "retain_size": 3, "n_retain": 3, "n_forget": 2, "keep": 2, "burn": 1, "retain_share": 0.4,
    "forget_share": 0.3, "share": [0.5, 0.5], "ascent_weight": [0.0, 1.0],
    "loss_forget": [1.0, 2.0], "loss_retain": [1.0, 2.0], "w": [1.0, -1.0],
    "w_oracle": [0.5, 0.5], "gradient_retain": [0.1, 0.2], "gradient_forget": [0.2, 0.1],
    "hessian": np.eye(2), "hessian_retain": np.eye(2), "hessian_forget": np.eye(2),
    "features": np.eye(2), "half_step": [0.1, 0.2], "signed_features": np.eye(2),
    "coefficients": [1.0, -1.0], "weights": [0.0, 1.0], "offset": [0.0, 0.5],
    "mean_retain": [1.0, 0.0], "mean_forget": [0.5, 0.5], "losses": [0.1, 0.2, 0.4], "u": 0.3,
    "start": [1.0, 0.0], "margin": 0.5, "rate": 0.5, "relative_width": 0.01, "loss": "logistic",
    "gradients": [[0.1, 0.2], [0.3, -0.4], [0.0, 0.1]], "row_norms": [1.0, 2.0, 0.5],
    "oracle_norm": 1.0,
    "noise": 0.5, "original_distance": 0.1, "direction": [0.5, 1.0],
    "gradient": [0.1, 0.2], "curvature_bound": 0.5,
    "cross_norm": 0.5, "least_curvature": 0.125, "greatest_curvature": 0.25,
    "reading": Reading(), "objective": TOY, "landscape": stationary_points(TOY),
    "ratio": 1.5, "delta": 1e-5, "distance": 0.3, "change": [0.1, -0.2],
    "curvature": 0.2, "longest_row": 2.0, "change_norm": 0.3, "data_curvature": 1.5,
    "contraction": 0.5, "drift": 0.1, "residual": 0.2,
    "mean_length": 1.5, "ascent_steps": 3, "finetune_steps": 4, "decision": -0.3, "length": 1.2,
    "point": stationary_points(TOY).points[0], "ascend_ridge": False, "penalised": [True, False],
    "retain_labels": [0.25, 0.5, 0.25], "forget_labels": [0.5, 0.25, 0.25], "payoff": [0.5, -1.0],
    "law": [0.25, 0.75], "temperature": 0.5, "smoothing": 0.5, "forgotten": [True, False],
    "classes": 4, "logits": [0.5, -1.0], "labels": [[0.5, 0.5], [0.0, 1.0]],
    "class_weights": np.eye(2), "rows_per_column": 3.0, "signal": 1.5,
    "kurtosis": 3.0, "total": 20.0, "size": 2,
    "forget_length": 1.5, "retain_length": 0.5, "sensitivity": 0.2, "gap": 0.3, "steps": 3,
    "trained": 4, "rewound": 2, "slopes": [-0.5, -0.25],
    "loudness": 4.0, "rounds": 2, "lipschitz": 0.5,
    "scores": [0.5, -1.0, 0.2], "messages": [[0.1, 0.2], [0.3, -0.4]], "coupling": 0.3, "sites": 3,
}  # fmt: skip
ITS_OWN: dict[tuple[str, str], Any] = {
    ("negative_correlation", "epsilon"): -0.5,
    ("alternating_fixed_point", "lift"): 2.0,
    ("softmax_symmetry_breaking", "lift"): 2.0,
    ("alternating_coordinate", "w"): 0.5,
    ("reduced_orbit", "start"): 0.0,
    ("vector_level_closeness", "lift"): [0.5, 1.5],
    ("overshoot_path", "ascent_weight"): 0.5,
    ("vector_level_closeness", "ridge"): 1.0,
    ("no_stopping_time", "lift"): [0.5, 1.5],
    ("no_stopping_time", "ridge"): 1.0,
    ("softmax_vector_closeness", "lift"): [0.5, 1.5],
    ("softmax_vector_closeness", "ridge"): 1.0,
    ("crossing_time", "lift"): 2.0,
    ("consistent_noise", "signed_features"): [[1.0, 0.0], [0.0, 1.0], [0.5, -1.0]],
    ("newton_residual", "coefficients"): 0.5,
    ("projective_update", "curvature"): [0.2, 0.1],
    ("equal_mixes_distance", "labels"): [0.25, 0.5, 0.25],
}
# Not numbers: results of the package, switches.
OBJECTS = {"objective", "landscape", "point", "ascend_ridge", "penalised", "forgotten"}
# A change of one element breaks what holds among the elements; its shape is tested below.
JOINT = {
    "share", "ascent_weight", "hessian", "hessian_retain", "ridges", "retain_labels",
    "forget_labels", "law", "labels",
}  # fmt: skip
ONE_NUMBER = {
    ("consistent_noise", "ridge"), ("consistent_noise", "forget_size"),
    ("deletion_spectrum", "size"), ("message_bias", "coupling"),
    ("proportional_limit", "rows_per_column"), ("proportional_limit", "signal"),
    ("proportional_limit", "forget_fraction"), ("proportional_limit", "ridge"),
    ("objective_derivatives", "ridge"), ("reduced_orbit", "burn"), ("reduced_orbit", "keep"),
    ("toy_counterexample_for_every_rate", "rate"), ("integrate", "time"),
    ("toy_irreversibility_needs_long_ascent", "relative_width"),
}  # fmt: skip


def public_functions() -> dict[str, Any]:
    found = {}
    for module in iter_modules(theory.__path__):
        if module.name.startswith("_") or module.name == "lambert":
            continue
        room = import_module(f"{theory.__name__}.{module.name}")
        for name, value in vars(room).items():
            if inspect.isfunction(value) and value.__module__.startswith(room.__name__):
                if not name.startswith("_"):
                    found[name] = value
    return found


FUNCTIONS = public_functions()


def kind(function: str, parameter: str) -> str:
    return NARROWER.get((function, parameter), PARAMETERS[parameter])


def arguments(function: str) -> dict[str, Any]:
    names = inspect.signature(FUNCTIONS[function]).parameters
    return {name: ITS_OWN.get((function, name), ARGUMENTS[name]) for name in names}


def cases() -> Iterator[tuple[str, str]]:
    for name in FUNCTIONS:
        for parameter in arguments(name):
            if parameter not in OBJECTS:
                yield name, parameter


CASES = list(cases())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_good_parameters_pass(name: str) -> None:
    FUNCTIONS[name](**arguments(name))


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_bad_values_give_one_line(name: str, parameter: str) -> None:
    good = arguments(name)
    what = kind(name, parameter)
    outside = list(KINDS[what][0])
    if what not in ("loss", "reading"):
        outside += NO_NUMBERS
        if np.ndim(good[parameter]) == 0 and not name.startswith("toy_"):
            outside.append(np.ma.masked_array([1.0], [True]))
    for bad in outside:
        value = bad
        if np.ndim(good[parameter]) and bad is not True and not isinstance(bad, list):
            elements = np.array(good[parameter], dtype=object)
            elements.flat[-1] = bad
            value = elements.tolist()
        with pytest.raises(ValueError) as raised:
            FUNCTIONS[name](**(good | {parameter: value}))
        line = str(raised.value)
        assert ONE_LINE.fullmatch(line), line
        # a number outside is named, and shown
        if isinstance(bad, float) and what != "loss":
            assert line.startswith(f"expected {parameter} "), line
            assert line.endswith(f"got {bad}"), line


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_the_whole_stated_range_passes(name: str, parameter: str) -> None:
    good = arguments(name)
    for value in KINDS[kind(name, parameter)][1]:
        given = value
        if np.ndim(good[parameter]):
            if parameter in JOINT or (name, parameter) in ITS_OWN:
                continue
            given = np.array(good[parameter], dtype=float)
            given.flat[-1] = value
        others = dict(good)
        if parameter in ("unlearned_upper", "original_upper", "smoothness"):
            others |= {"unlearned_lower": 0.0, "original_lower": 0.0, "ridge": 1e-9}
            others = {key: others[key] for key in good}
            given = max(value, 1e-9)
        FUNCTIONS[name](**(others | {parameter: given}))


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_shapes_that_do_not_fit_give_one_line(name: str, parameter: str) -> None:
    good = arguments(name)
    if np.ndim(good[parameter]) and parameter != "lift":
        wrong: Any = 1.0  # a scalar where an axis is needed
    elif (name, parameter) in ONE_NUMBER or (name.startswith("toy_") and parameter == "ridge"):
        wrong = [good[parameter], good[parameter]]
    else:
        return
    with pytest.raises(ValueError, match=r"^expected [^\n]+, got [^\n]+$"):
        FUNCTIONS[name](**(good | {parameter: wrong}))


JOINTLY_WRONG = [
    ("da_branches", {"strength": 1e300, "lift": 1e10}, r"strength \* lift below 1e308"),
    ("softmax_minimiser", {"strength": 1e300, "lift": 1e10}, r"\* classes below 1e308, got inf"),
    ("softmax_symmetry_breaking", {"strength": 1e300, "lift": 1e10}, r"\* classes below 1e308"),
    ("lift_conservation", {"share": [0.9, 0.2]}, "shares that sum to at most 1, got 1.1"),
    ("vector_level_closeness", {"lift": [0.0, 0.0]}, r"share \* lift to sum to 1, got 0.0"),
    ("no_stopping_time", {"lift": [0.0, 0.0]}, r"share \* lift to sum to 1, got 0.0"),
    ("no_stopping_time", {"share": [0.1, 0.1]}, "share to sum to 1, got 0.2"),
    ("path_monotonicity", {"ascent_weight": [1.0, 1.0]}, "steps of ascent_weight > 0, got 0.0"),
    ("rayleigh_stop", {"gradient": [0.0, 0.0]}, "got their product 0.0"),
    ("path_velocity", {"hessian": np.diag([1.0, -1.0])}, "hessian positive definite, got smallest"),
    ("distance_sandwich", {"ridge": [1.0, 2.0], "smoothness": 1.5}, "got 2.0 and 1.5"),
    ("harm_certificate", {"unlearned_lower": 2.0, "unlearned_upper": 1.0}, "got 2.0 and 1.0"),
    ("harm_certificate", {"original_lower": 2.0, "original_upper": 1.0}, "got 2.0 and 1.0"),
    ("cross_gram_bound", {"least_curvature": 0.5}, "got 0.5 and 0.25"),
    ("ascent_finetune_bound", {"step_size": 3.0}, r"step_size \* ridge <= 1, got 1.5"),
    ("random_cancellation", {"losses": [1.0]}, "at least 2 samples"),
    ("random_gradient", {"gradients": [[1.0, 2.0]]}, "at least 2 samples"),
    ("random_gradient", {"forget_size": 3}, "below the 3 samples, got 3.0"),
    ("stationary_norm", {"forget_size": 3}, "below the 3 samples, got 3.0"),
    ("consistent_noise", {"direction": [0.0, 0.0]}, "that is not 0"),
    ("consistent_noise", {"direction": [1.0]}, r"shape \(2,\) that is not 0, got shape \(1,\)"),
    ("random_cancellation", {"forget_size": 3}, "below the 3 samples, got 3.0"),
    ("signed_newton_step", {"hessian": np.diag([1.0, 0.0])}, "hessian invertible, got an"),
    ("objective_derivatives", {"weights": [0.0]}, r"shapes \(n, d\), \(n,\), \(d,\)"),
    ("objective_derivatives", {"offset": [0.0]}, r"offset \(2,\)"),
    ("objective_derivatives", {"penalised": [2.0, 1.0]}, "penalised truth values"),
    ("objective_derivatives", {"penalised": ["no", "yes"]}, "penalised truth values"),
    ("objective_derivatives", {"penalised": [True]}, r"penalised \(2,\)"),
    ("toy_ridge_is_not_radial", {"ridges": []}, "got shape"),
    ("replicator_end", {"retain_labels": [0.5, 0.5, 0.5]}, "retain_labels to sum to 1, got 1.5"),
    ("one_natural_step", {"forget_labels": [0.5, 0.5]}, "forget_labels of 3 classes, got shape"),
    ("softmax_derivatives", {"logits": [1.0, 2.0, 3.0]}, "labels of 3 classes, got shape"),
    ("softmax_strong_ridge", {"coefficients": [1.0]}, r"of shapes \(n, d\), \(n, K\), \(n,\)"),
    ("mixed_labels_strong_ridge", {"forget_labels": [1.0, 0.0]}, "of 3 classes, got shape"),
    ("equal_mixes_distance", {"labels": [1.0]}, "labels of at least 2 classes, got shape"),
    ("temperature_is_time", {"payoff": [1.0, 2.0, 3.0]}, "payoff of 2 classes, got shape"),
    ("descent_to_delete", {"smoothness": 0.4}, "smoothness at least the ridge, got 0.4 below 0.5"),
    ("mean_influence", {"hessian": np.diag([1.0, 0.0])}, "definite, got smallest eigenvalue 0"),
    ("projective_update", {"slopes": [0.1]}, r"shapes \(k, d\), \(d, d\), \(k,\), \(k,\), got"),
    ("projective_update", {"curvature": [2.0, 0.1]}, "positive definite, got -1.0"),
    ("face_restriction", {"forgotten": [True]}, r"forgotten \(2,\), got shape \(1,\)"),
    ("face_restriction", {"forgotten": [1.0, 0.0]}, "forgotten truth values"),
    ("face_restriction", {"law": [1.0, 0.0]}, "some probability on the classes that stay"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), JOINTLY_WRONG)
def test_what_holds_among_parameters_is_checked(name: str, wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        FUNCTIONS[name](**(arguments(name) | wrong))
    assert ONE_LINE.fullmatch(str(raised.value))


@pytest.mark.parametrize(
    "call",
    [
        lambda: ToyObjective((1, 2, 3)),
        lambda: ToyObjective((1, 2, 3, NAN)),
        lambda: ToyObjective((0, 0, 0, 0)),
        lambda: ToyObjective((1, 2, 3, 4), "zero_one"),
        lambda: ToyObjective((1, 2, 3, 4), ridge=[1.0, 2.0]),
        lambda: Reading.from_name("no such reading"),
    ],
)
def test_a_toy_that_is_none_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"^expected .*, got .*$"):
        call()


SPECIAL = [getattr(lambert, name) for name, f in vars(lambert).items()
           if inspect.isfunction(f) and not name.startswith("_")]  # fmt: skip


@pytest.mark.parametrize("function", SPECIAL, ids=lambda f: f.__name__)
def test_special_functions_take_any_real_number_and_nothing_else(function: Any) -> None:
    assert np.isnan(function(NAN))
    for bad in NO_NUMBERS[1:]:
        with pytest.raises(ValueError) as raised:
            function(bad)
        assert ONE_LINE.fullmatch(str(raised.value))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_numbers_alone_broadcast(name: str) -> None:
    good = arguments(name)
    free = [p for p in good if p not in OBJECTS and kind(name, p) not in ("loss", "reading")]
    if len(free) < 2 or any(np.ndim(good[p]) or (name, p) in ONE_NUMBER for p in free):
        return
    if name.startswith("toy_"):
        return
    grid = {p: np.full((3,) if i else (2, 1), good[p]) for i, p in enumerate(free)}
    result: Any = FUNCTIONS[name](**(good | grid))
    while not isinstance(result, np.ndarray):
        result = result[0] if isinstance(result, tuple) else list(vars(result).values())[-1]
    assert result.shape[:2] == (2, 3)
