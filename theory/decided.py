"""What deciding evidence decides, told to whoever listens: identities, certificates, balls.

Nothing listens in an ordinary run.  ``audit.kernel`` does, and asks Coq the same questions again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Told = tuple[str, Any]
_listener: ContextVar[list[Told] | None] = ContextVar("theory_decided", default=None)


def tell(kind: str, what: Any) -> None:
    """Say that something was decided in the affirmative.

    kind: ``zero`` (an expression), ``sides`` (both sides of the equation whose gap is decided next),
    ``certificate`` (a ``Certificate``), ``ball`` (expression and box) or ``condition`` (a message).
    """
    heard = _listener.get()
    if heard is not None:
        heard.append((kind, what))


@contextmanager
def listening() -> Iterator[list[Told]]:
    """Collect what is told inside the block, in order."""
    heard: list[Told] = []
    token = _listener.set(heard)
    try:
        yield heard
    finally:
        _listener.reset(token)


__all__ = ["Told", "listening", "tell"]
