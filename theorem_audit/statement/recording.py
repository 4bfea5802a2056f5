"""Which claims are read, and which of their hypotheses are asked for, while evidence runs.

A claim notes each read of its statement here.  Inside a block that collects them the read goes to that block;
outside of all, where a module is being imported, it is put down to that module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim

ITEM = "item:"  # before the name of an item's kind, among what was asked of a claim
OWN = "the theory's own copy"  # among reads: of the claim, where evidence is handed a variant of it
AGAIN = "<sides>"  # the file of a call's arguments that are evaluated again, in no import (``kernel.callsite``)
CLAIMS = "theorem_audit.statement.claim"  # whose ``__post_init__`` looks at what is being declared

# Threads have a context of their own, in which nobody collects: these are the innermost that do.
_collecting: list[set[str]] = []
_asking: list[set[tuple[str, str]]] = []
_at_import: dict[str, set[str]] = {}  # module -> claims that were read as it was imported
# by a claim's ``id()``: it, and by module line and column of what reads it at the module's top
_places: dict[int, tuple[Claim, dict[str, set[tuple[int, int]]]]] = {}
WATCHED: list[tuple[Claim, set[str]]] = []  # claims, and what was asked of each
_reads: ContextVar[set[str] | None] = ContextVar("theorem_audit_reads", default=None)
_hypotheses: ContextVar[set[tuple[str, str]] | None] = ContextVar(
    "theorem_audit_hypotheses", default=None
)
# A frame, and what ``_top`` says of it
_ground: tuple[FrameType | None, tuple[FrameType | None, bool]] = (None, (None, False))
_original: Claim | None = None  # the theory's, while evidence is handed a variant of it


@contextmanager
def recording_reads() -> Iterator[set[str]]:
    """Collect the ids of all claims whose formula or region is read inside the block."""
    seen: set[str] = set()
    token = _reads.set(seen)
    _collecting.append(seen)
    try:
        yield seen
    finally:
        _collecting.pop()
        _reads.reset(token)


@contextmanager
def original(claim: Claim | None) -> Iterator[None]:
    """Inside, a read of this very object is recorded as ``OWN``, too; None: of no object."""
    global _original
    before, _original = _original, claim
    try:
        yield
    finally:
        _original = before


def read_at_import(*modules: str) -> set[str]:
    """The ids of the claims that were read as these modules were imported, by statements at their top."""
    return set[str]().union(*(_at_import.get(x, ()) for x in modules))


def places_read(claim: Claim) -> dict[str, set[tuple[int, int]]]:
    """Where this very object was read as modules were imported: by module, line and column at its top.

    That it is declared there is none; a column that Python does not tell is 0.
    """
    return _places[id(claim)][1] if id(claim) in _places else {}


def note_read(claim: Claim) -> None:
    """Record that the statement of a claim is read: by who asked for the attribute, two frames above."""
    if (claim_id := object.__getattribute__(claim, "__dict__").get("id")) is None:
        return  # it is being made, by copy or pickle
    frame, declared = _importing()
    if frame is not None and not declared:
        _, places = _places.setdefault(id(claim), (claim, {}))
        places.setdefault(_name(frame), set()).add(_place(frame))
    if (reads := _reads.get()) is None and _collecting:
        reads = _collecting[-1]
    if reads is not None:
        reads.add(claim_id)
        if claim is _original:
            reads.add(OWN)
    elif frame is not None:
        _at_import.setdefault(_name(frame), set()).add(claim_id)


def _importing() -> tuple[FrameType | None, bool]:
    """The top of a module that asks for a claim, three frames above or further; whether to declare one."""
    return _top(sys._getframe(3))


def _top(frame: FrameType | None) -> tuple[FrameType | None, bool]:
    declared = False
    while frame is not None:
        if frame is _ground[0]:  # what is below it is known
            top, before = _ground[1]
            return top, top is not None and (declared or before)
        code = frame.f_code
        if code.co_name == "<module>" and code.co_filename != AGAIN:
            return (frame, declared) if _name(frame) != "__main__" else (None, False)
        declared |= code.co_name == "__post_init__" and _name(frame) == CLAIMS
        frame = frame.f_back
    return None, False


@contextmanager
def known_below() -> Iterator[None]:
    """Inside, no frame below the caller's is asked whether a module is imported there, again and again."""
    global _ground
    before, here = _ground, sys._getframe(2)
    _ground = here, _top(here)
    try:
        yield
    finally:
        _ground = before


def _name(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _place(frame: FrameType) -> tuple[int, int]:
    """The line and the column at which a frame stands."""
    _, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    return frame.f_lineno, column or 0


@contextmanager
def recording_hypotheses() -> Iterator[set[tuple[str, str]]]:
    """Collect (claim id, kind) for each item asked for inside the block, ``REGION`` for the conditions."""
    seen: set[tuple[str, str]] = set()
    token = _hypotheses.set(seen)
    _asking.append(seen)
    try:
        yield seen
    finally:
        _asking.pop()
        _hypotheses.reset(token)


def note_hypothesis(claim_id: str, what: str) -> None:
    """Record that a hypothesis of a claim is asked for: the kind of an item, ``REGION``, a meaning."""
    if (seen := _hypotheses.get()) is None and _asking:
        seen = _asking[-1]
    if seen is not None:
        seen.add((claim_id, what))


@contextmanager
def recording_all(claim: Claim, seen: set[str] | None) -> Iterator[None]:
    """Collect in ``seen`` what is asked of this very object inside the block: fields, items and meanings by
    name, also by the tool's own looks that are no reads of a statement (``held``); None: nothing.
    """
    if seen is None:
        yield
        return
    WATCHED.append((claim, seen))
    try:
        yield
    finally:
        WATCHED.pop()


def held(claim: Claim, name: str) -> Any:
    """A field of a claim, to compare: that reads no statement."""
    note_asked(claim, name)
    return object.__getattribute__(claim, name)


def note_asked(claim: Claim, name: str) -> None:
    """Record that something is asked of a claim, where that is collected."""
    for watched, seen in WATCHED:
        if watched is claim:
            seen.add(name)


def hypotheses() -> set[tuple[str, str]] | None:
    """What the innermost block of this thread has collected of them; None where it has no block."""
    return _hypotheses.get()


__all__ = [
    "ITEM", "OWN", "WATCHED", "held", "hypotheses", "known_below", "note_asked", "note_hypothesis", "note_read",
    "original", "places_read", "read_at_import", "recording_all", "recording_hypotheses", "recording_reads",
]  # fmt: skip
