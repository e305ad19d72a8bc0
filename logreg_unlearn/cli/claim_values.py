"""What a closed form takes and returns, read from its signature: nothing is typed twice."""

from __future__ import annotations

import inspect
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from importlib import import_module
from typing import Any

import numpy as np

from logreg_unlearn.claims import Claim
from logreg_unlearn.cli.console import Parser

# The symbols of the paper and of the glossary; every other parameter has its own name.
SYMBOLS = {
    "fraction": ("f", "forgotten share n_F/n of all samples"),
    "forget_fraction": ("f", "forgotten share n_F/n of all samples"),
    "lift": ("rho", "forgotten over retained share of a block"),
    "strength": ("s", "retained share over ridge, p/lambda"),
    "share": ("p", "share of the retained samples"),
    "retain_share": ("p", "share of the retained samples"),
    "ridge": ("ridge", "ridge parameter lambda"),
    "alpha": ("alpha", "forgotten per retained sample"),
    "epsilon": ("epsilon", "overlap of the two directions"),
    "step_size": ("eta", "step size"),
    "n_retain": ("n-R", "retained samples"),
    "n_forget": ("n-F", "forgotten samples"),
}

Parameters = Mapping[str, inspect.Parameter]


def closed_form(claim: Claim) -> Callable[..., Any] | None:
    """Return the function of the claim's name, None where there is none."""
    if "theory" in claim.gaps:
        return None
    function = getattr(import_module(f"logreg_unlearn.theory.{claim.stem}"), claim.slug)
    return function  # type: ignore[no-any-return]


def parameters(function: Callable[..., Any] | None, extra: Sequence[str]) -> Parameters:
    """Return what the closed form takes, and what the solver needs beside it (optional)."""
    own = {} if function is None else dict(inspect.signature(function).parameters)
    beside = {
        name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
        for name in extra
        if name not in own and not (name == "fraction" and "forget_fraction" in own)
    }
    return own | beside


def read(wanted: Parameters, given: Sequence[str]) -> dict[str, Any]:
    """Return the values on the command line, by parameter."""
    made = Parser(argument_default=None, description="What this claim takes.")
    for name, parameter in wanted.items():
        symbol, what = SYMBOLS.get(name, ("", ""))
        flags = [f"--{symbol}"] if symbol else []
        flags += (
            [f"--{name.replace('_', '-')}"] if f"--{name.replace('_', '-')}" not in flags else []
        )
        kind, metavar = _reader(parameter)
        made.add_argument(*flags, dest=name, type=kind, metavar=metavar, help=what or None)
    values = vars(made.parse_args(given))
    return {name: value for name, value in values.items() if value is not None}


def takes(claim: Claim, wanted: Parameters) -> str:
    """Return the line that says what a claim takes."""
    required = [flag(name) for name, p in wanted.items() if p.default is inspect.Parameter.empty]
    optional = [flag(name) for name in wanted if flag(name) not in required]
    if not wanted:
        return f"{claim.slug} takes no numbers"
    parts = [", ".join(required)] if required else []
    parts += [f"optional {', '.join(optional)}"] if optional else []
    if "strength" in wanted:
        parts.append("--ridge with --p stands for --s")
    return f"{claim.slug} takes {'; '.join(parts)}"


def flag(name: str) -> str:
    """Return a parameter's shortest option."""
    return f"--{SYMBOLS.get(name, (name.replace('_', '-'),))[0]}"


def evaluate(
    function: Callable[..., Any] | None, values: Mapping[str, Any], line: str
) -> list[str]:
    """Return a line for every number of the closed form.

    Raises
    ------
    ValueError
        If a value is missing or out of its range, with what the claim takes.
    """
    if function is None:
        return ["  none"]
    signature = inspect.signature(function).parameters
    missing = [
        flag(name)
        for name, parameter in signature.items()
        if parameter.default is inspect.Parameter.empty and name not in values
    ]
    if missing:
        raise ValueError(f"expected {', '.join(missing)} as well, got none: {line}")
    arguments = {name: values[name] for name in signature if name in values}
    try:
        with np.errstate(all="ignore"):
            result = function(**arguments)
    except ValueError as error:
        raise ValueError(f"{error}: {line}") from None
    enums = {
        name.lower(): kind
        for name, kind in vars(inspect.getmodule(function)).items()
        if isinstance(kind, type) and issubclass(kind, IntEnum)
    }
    heading: list[str] = []
    if type(result) is tuple:
        names, said = _returns(function)
        heading = [f"  {said}"] if said else []
        numbered = [str(k + 1) for k in range(len(result))]
        result = dict(zip(names if len(names) == len(result) else numbered, result, strict=True))
    leaves = _leaves("", result)
    return heading + [f"  {name:28} {_text(value, enums.get(name))}" for name, value in leaves]


def shown(value: Any) -> str:
    """Return a value as a person writes it."""
    return _text(value, None)


def _reader(parameter: inspect.Parameter) -> tuple[Callable[[str], Any], str]:
    kind = str(parameter.annotation)
    if kind == "str":
        return str, "WORD"
    if kind == "bool":
        return _truth, "yes|no"
    if kind == "Reading":
        return _reading, "READING"
    return _numbers, "NUMBERS"


def _numbers(text: str) -> Any:
    """Read ``0.3``, ``0.3,0.5`` (a vector) or ``1,0;0,2`` (a matrix)."""
    try:
        rows = [[float(cell) for cell in row.split(",")] for row in text.split(";")]
        array = np.array(rows)
    except ValueError:
        raise ArgumentTypeError(f"expected numbers like 0.3 or 0.3,0.5, got {text!r}") from None
    if len(rows) > 1:
        return array
    return array[0] if "," in text else float(array[0, 0])


def _truth(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ArgumentTypeError(f"expected yes or no, got {text!r}")
    return text == "yes"


def _reading(text: str) -> Any:
    from logreg_unlearn.theory.nonconvex_toy import Reading

    try:
        return Reading.from_name(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every number of a result with its name: fields of fields, items of tuples."""
    inner: dict[str, Any] | None = value if isinstance(value, dict) else None
    if is_dataclass(value) and not isinstance(value, type):
        inner = {field.name: getattr(value, field.name) for field in fields(value)}
    elif hasattr(value, "_asdict"):
        inner = value._asdict()
    elif isinstance(value, tuple) and not all(isinstance(v, float | int) for v in value):
        inner = {str(k + 1): each for k, each in enumerate(value)}
    if inner is None:
        yield name or "value", value
        return
    for key, each in inner.items():
        yield from _leaves(f"{name}.{key}" if name else key, each)


def _text(value: Any, names: type[IntEnum] | None) -> str:
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, str):
        return value
    if hasattr(value, "name") and isinstance(value.name, str):  # a reading of the toy
        return value.name
    array = np.asarray(value)
    if names is not None and array.ndim == 0:
        return names(int(array)).name.lower().replace("_", " ")
    if array.ndim == 0:
        return f"{array.item():.12g}" if array.dtype.kind == "f" else str(array.item())
    return np.array2string(array, separator=", ", precision=12, max_line_width=10**6).replace(
        "\n", ""
    )


def _returns(function: Callable[..., Any]) -> tuple[list[str], str]:
    """Return what the docstring calls the items of a tuple, and what it says of them."""
    text = inspect.getdoc(function) or ""
    section = text.partition("Returns\n-------\n")[2].partition("\n\n")[0]
    first, *others = section.splitlines() or [""]
    names = first.partition(" : ")[0].split(", ") if " : " in first else []
    return names, " ".join(line.strip() for line in others)
