"""A user's own method by its address, as the command line takes it."""

from __future__ import annotations

import importlib
import os
import sys

from logreg_unlearn.unlearn.driver import Method


def load_method(address: str) -> Method:
    """Return the :class:`Method` at ``module:name``.

    Parameters
    ----------
    address : str
        The module as in ``import``; one in the current folder is found too.

    Raises
    ------
    ValueError
        In one line: not an address, no such module, one that fails when it is imported, no such
        name in it, or something that is not a Method.

    Examples
    --------
    >>> load_method("json:dumps")
    Traceback (most recent call last):
        ...
    ValueError: expected a Method at 'json:dumps', got a function
    """
    module_name, colon, name = address.partition(":")
    parts = module_name.split(".")
    if not (colon and name.isidentifier() and all(part.isidentifier() for part in parts)):
        raise ValueError(f"expected a method as module:name, got {address!r}")
    if os.getcwd() not in sys.path:  # a program that was installed does not look there
        sys.path.append(os.getcwd())
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is not None and f"{module_name}.".startswith(f"{missing}."):
            raise ValueError(f"expected a module {module_name!r}, found none") from None
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"expected to import {module_name!r}, got {reason}") from error
    if not hasattr(module, name):
        methods = sorted(key for key, value in vars(module).items() if isinstance(value, Method))
        found = ", ".join(methods) if methods else "no Method at all"
        raise ValueError(f"expected {name!r} in {module_name!r}, which has {found}")
    method = getattr(module, name)
    if not isinstance(method, Method):
        raise ValueError(f"expected a Method at {address!r}, got a {type(method).__name__}")
    return method
