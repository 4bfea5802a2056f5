"""Type the guide's commands again, and write their output as it is now into guide.md beside this.  Minutes."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from theorem_audit.files import write_text
from theorem_audit.guide import GUIDE, renewed, text

argparse.ArgumentParser(prog="python -m theorem_audit.guide", description=__doc__).parse_args()
with tempfile.TemporaryDirectory() as folder:
    write_text(GUIDE, renewed(text(), Path(folder)))
