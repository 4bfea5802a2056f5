"""What the evidence of the chapter spectrum shares: instances, strategies, derivations."""

from __future__ import annotations

from tests.instances import Vector

Basis = tuple[list[Vector], list[Vector]]
