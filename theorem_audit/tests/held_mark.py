"""A mark that knows its claim, for other files; it marks nothing here."""

from __future__ import annotations

from theorem_audit import evidence

gd = evidence("GD-STEP", "witness")

__all__ = ["gd"]
