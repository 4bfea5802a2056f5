"""Write the guide with the commands' output as it is now."""

from __future__ import annotations

import tempfile
from pathlib import Path

from theorem_audit.files import write_text
from theorem_audit.guide import GUIDE, renewed, text

with tempfile.TemporaryDirectory() as folder:
    write_text(GUIDE, renewed(text(), Path(folder)))
