"""Walks through syntax trees, and what one says: faster than ``ast``'s own, and on every Python the same.

Every file of a project is read this way before its first run.
"""

from __future__ import annotations

import ast
from typing import Any


def nodes(node: ast.AST) -> list[ast.AST]:
    """A node and all below it, in the order of ``ast.walk``; without the contexts of names."""
    found = [node]
    for part in found:  # which grows
        for name in part._fields:
            if name == "ctx":
                continue
            value = getattr(part, name, None)
            if type(value) is list:
                found += [x for x in value if isinstance(x, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def said(node: ast.AST) -> str:
    """A text that is equal for equal trees alone, and the same one on every Python.

    Kinds, the fields that are not empty, lengths of lists and constants, in a fixed order: ``ast.dump`` shows
    empty fields or not, by its version, and later versions have more of them.  The context of a name is where
    it stands.
    """
    words: list[str] = []
    pending: list[Any] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.AST):
            fields = [(x, getattr(part, x, None)) for x in part._fields if x != "ctx"]
            full = [(name, value) for name, value in fields if value not in (None, [])]
            words.append(f"{type(part).__name__}({','.join(name for name, _ in full)})")
            pending += [value for _, value in full]
        elif type(part) is list:
            words.append(f"[{len(part)}")
            pending += part
        else:
            words.append(repr(part))
    return "\0".join(words)  # no repr has this character


__all__ = ["nodes", "said"]
