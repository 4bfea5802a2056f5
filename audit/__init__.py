"""The tool under its short name, in this checkout: ``import audit`` is ``import theorem_audit``."""

from theorem_audit import *  # noqa: F403
from theorem_audit import __all__ as __all__
