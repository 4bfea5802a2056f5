"""Tests of the tool on this theory; they speak for no claim."""

from pathlib import Path

EVIDENCE = False
ROOT = Path(__file__).parents[2]
