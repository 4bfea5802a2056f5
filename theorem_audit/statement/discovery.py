"""How claims are found: by importing every chapter of a theory's package.

A package may say in which order its chapters are read::

    READING_ORDER = ("model", "full_batch")  # names of its modules and subpackages

What is not named comes after, by name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from types import ModuleType
from typing import TypeVar

from theorem_audit.statement.claim import Claim

M = TypeVar("M")


class DuplicateClaim(ValueError):
    """Two claims share an id; the message names both chapters."""


class LostClaim(ValueError):
    """A claim names a chapter that is not the module that declares it, so nothing would find it."""


class Claims(dict[str, Claim]):
    """Claims by id; an unknown id is answered with those that look like it."""

    def __missing__(self, claim_id: str) -> Claim:
        raise KeyError(f"{claim_id!r} is no claim's id{self.like(claim_id)}")

    def like(self, claim_id: object) -> str:
        """What to say about an unknown id: the ids that resemble it, or how many there are."""
        near = get_close_matches(str(claim_id).upper(), self, n=3, cutoff=0.6)
        return f"; did you mean {' or '.join(near)}?" if near else f" among the {len(self)} known"


def modules(
    package: ModuleType,
    wanted: Callable[[str], bool] = lambda name: True,
    load: Callable[[str], M] = importlib.import_module,  # type: ignore[assignment]
) -> Iterator[ModuleType | M]:
    """The modules below ``package``, imported, in reading order; packages before what they hold.

    wanted: which modules to import, by their last name (packages always are).  A package that says
    ``EVIDENCE = False`` holds tests that speak for no claim, and is passed over.  A single module (a theory
    in one file) is its own only module.
    """
    yield package
    if not hasattr(package, "__path__"):
        return
    order: tuple[str, ...] = getattr(package, "READING_ORDER", ())

    def place(name: str) -> tuple[int, str]:
        return (order.index(name) if name in order else len(order), name)

    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda x: place(x.name)):
        name = f"{package.__name__}.{info.name}"
        if info.ispkg:
            below = importlib.import_module(name)
            if getattr(below, "EVIDENCE", True):
                yield from modules(below, wanted, load)
        elif wanted(info.name):
            yield load(name)


def discover(package: str) -> Claims:
    """Import every module of ``package`` and collect its claims, in reading order.

    A found claim's ``chapter`` becomes its module's name within the package.  Raises DuplicateClaim when
    two different claims share an id, LostClaim when a claim's chapter is no module that declares it.
    """
    found = Claims()
    strays: dict[int, tuple[Claim, str]] = {}
    for module in modules(importlib.import_module(package)):
        for value in vars(module).values():
            if not isinstance(value, Claim):
                continue
            name = module.__name__.removeprefix(f"{package}.")
            if value.chapter not in (module.__name__, name):
                strays.setdefault(id(value), (value, module.__name__))
                continue
            object.__setattr__(value, "chapter", name)
            if found.setdefault(value.id, value) is not value:
                raise DuplicateClaim(
                    f"id={value.id!r} is claimed twice, in {found[value.id].chapter} and {name}; "
                    "ids must be unique"
                )
    known = {id(claim) for claim in found.values()}
    for key, (claim, where) in strays.items():
        if key not in known:
            raise LostClaim(
                f"claim {claim.id} in {where} names the chapter {claim.chapter!r}; a claim's chapter is "
                "__name__ of the module that declares it"
            )
    return found


__all__ = ["Claims", "DuplicateClaim", "LostClaim", "discover", "modules"]
