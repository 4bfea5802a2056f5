"""Observables in the settings of a sweep, which are text: names of ready-made ones, and functions of one's own.

A function of one's own is named ``module:function@what it computes``: the name changes with its code, so
that a store never gives an older function's numbers for it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

from sim.observe import Observable, named
from sim.sweeps.fingerprint import fingerprint


def observed(function: Observable) -> str:
    """Name an observable of your own for the settings of a sweep.

    Raises TypeError where the function cannot be imported by its name, or cannot be compared.

    >>> from sim.observe import loss
    >>> observed(loss).partition("@")[0]
    'sim.observe:loss'
    """
    module, name = getattr(function, "__module__", ""), getattr(function, "__qualname__", "")
    if _imported(f"{module}:{name}") is not function:
        raise TypeError(
            f"observe={function!r}: must be a function defined at the top of a module, so that worker "
            "processes can import it"
        )
    return f"{module}:{name}@{fingerprint(function)}"


def functions(observe: str | Sequence[str] | None) -> dict[str, Observable]:
    """Give the functions that settings name; ValueError if one is unknown, or is another by now."""
    names = [observe] if isinstance(observe, str) else list(observe or ())
    return dict(_own(name) if ":" in name else (name, named(name)) for name in names)


def _imported(place: str) -> Any:
    """The function at ``module:name``; None where there is none."""
    module, _, name = place.partition(":")
    try:
        return getattr(sys.modules.get(module) or importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        return None


def _own(said: str) -> tuple[str, Observable]:
    place, _, code = said.partition("@")
    function = _imported(place)
    if not callable(function):
        raise ValueError(f"observe={said!r}: no function of that name can be imported")
    if (now := observed(function)) != said:
        what = "its code is another now" if code else "a sweep needs what it computes, too"
        raise ValueError(
            f"observe={said!r}: {what}: write sim.sweeps.observables.observed(function), here {now!r}"
        )
    return place.partition(":")[2], function


__all__ = ["functions", "observed"]
