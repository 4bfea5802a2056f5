"""Characters that steer a terminal, or turn the order of text, are no words: refused, or shown as escapes."""

from __future__ import annotations

import re

# C0 and C1 without tab and line feed, and what turns the direction of text.
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""The text with such characters as escapes.

    >>> print(visible("a" + chr(27) + "[8G"))
    a\x1b[8G
    """
    return STEERS.sub(lambda x: ascii(x[0])[1:-1], text)


__all__ = ["STEERS", "visible"]
