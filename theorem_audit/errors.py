"""Errors that end a command with a message: here, so that catching them imports nothing else."""

from __future__ import annotations


class BadUsage(Exception):
    """The call's words are off; exit code 2."""


class UnknownEvidence(ValueError):
    """An evidence mark names a claim or a proof step that does not exist."""


class NoEvidence(ValueError):
    """The evidence package holds no evidence at all, so nothing could be judged."""


class NoNotes(ValueError):
    """The folder of the proof notes holds no note, so nothing could be checked."""


__all__ = ["BadUsage", "NoEvidence", "NoNotes", "UnknownEvidence"]


def several(count: int, noun: str) -> str:
    """A number of things.

    >>> several(1, "claim"), several(2, "claim")
    ('1 claim', '2 claims')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def rounded_up(number: float) -> str:
    """A positive number to two digits, never below it: what a bound is printed as.

    >>> rounded_up(1.01e-5)
    '1.1e-5'
    """
    from decimal import ROUND_CEILING, Context, Decimal

    if number == 0:
        return "0"
    return f"{Context(prec=2, rounding=ROUND_CEILING).create_decimal(Decimal(number)):.1e}"


def rounded_down(number: float) -> str:
    """A probability to four places, never above it: what a power is printed as.

    >>> rounded_down(0.99996)
    '0.9999'
    """
    from decimal import ROUND_FLOOR, Decimal

    return str(Decimal(str(number)).quantize(Decimal("0.0001"), rounding=ROUND_FLOOR))
