"""What deciding evidence decides, told to whoever listens: identities, certificates, balls.

Nothing listens in an ordinary run.  ``theorem_audit.kernel`` does, and asks Coq the same questions again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Listener = Callable[[str, Any], None]
_listener: ContextVar[Listener | None] = ContextVar("theory_decided", default=None)


def tell(kind: str, what: Any) -> None:
    """Say that something was decided in the affirmative.

    kind: ``zero`` (an expression), ``sides`` (both sides of the equation whose gap is decided next),
    ``certificate`` (a ``Certificate``), ``ball`` (expression and box) or ``condition`` (a message).
    """
    listener = _listener.get()
    if listener is not None:
        listener(kind, what)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have ``listener(kind, what)`` called for all that is told inside the block, at once."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


__all__ = ["Listener", "listening", "tell"]
