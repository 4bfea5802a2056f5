"""CONTRIBUTING.md's walk-through, replayed in a temporary copy of the project."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tool import ROOT
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.tests import warm
from theory.notation import S

BLOCK = re.compile(r"<!-- replay: (?P<path>\S+) -->\n```\w+\n(?P<text>.*?)```\n", re.S)
ROOMS = ("theory", "sim", "audit", "figures", "formal", "tests", "proofs_notes")


def _copy(target: Path) -> Path:
    for name in ROOMS:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def _audit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return warm.audit(words, folder)


def _blocks() -> list[re.Match[str]]:
    return list(BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")))


def test_the_walk_through_is_a_chapter_its_evidence_and_its_note() -> None:
    assert [m["path"] for m in _blocks()] == [
        "theory/model/sphere.py", "tests/model/test_sphere.py", "proofs_notes/model/sphere.md",
        "tests/falsify/model/sphere.py",
    ]  # fmt: skip
    chapter, evidence, note, search = (m["text"] for m in _blocks())
    made: dict[str, Any] = {"__name__": "theory.model.sphere"}
    exec(compile(chapter, "sphere", "exec"), made)
    claim = made["SPHERE_PUSH"]
    assert claim.id == "SPHERE-PUSH"
    exec(compile(search, "search", "exec"), made)
    played = made["FALSIFIERS"]["SPHERE-PUSH"]
    assert played(claim, np.random.default_rng(0), 4.0) > 0
    wrong = replace(claim, formula=claim.formula.subs(1 - S, 2 - S))
    with pytest.raises(Refuted):
        played(wrong, np.random.default_rng(0), 30.0)
    compile(evidence, "evidence", "exec")
    assert '@evidence("SPHERE-PUSH"' in evidence
    assert "## SPHERE-PUSH" in note


@pytest.mark.thorough
def test_the_walk_through_goes_from_nothing_to_proved(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    made = _audit(folder, "new", "SPHERE-PUSH", "--chapter", "model.sphere")
    assert made.returncode == 0, made.stderr
    run = ("run", "SPHERE-PUSH", "--workers", "1", "--json", "-")
    stub = json.loads(_audit(folder, *run).stdout)
    (claim,) = (c for c in stub["claims"] if c["id"] == "SPHERE-PUSH")
    assert claim["verdict"] == "inconclusive"
    assert "SPHERE-PUSH has no evidence yet: derive the quantity" in claim["reasons"][0]

    *three, search = _blocks()
    for match in three:
        assert (folder / match["path"]).exists(), "the stub made this file"
        (folder / match["path"]).write_text(match["text"], encoding="utf-8")
    assert _audit(folder, "notes").returncode == 0
    done = json.loads(_audit(folder, *run).stdout)
    verdicts = {c["id"]: c for c in done["claims"]}
    assert verdicts["SPHERE-PUSH"]["verdict"] == "proved", verdicts["SPHERE-PUSH"]["reasons"]
    assert verdicts["SPHERE-PUSH"]["uses"] == ["NORM"]
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/model/test_sphere.py",
             "tests/tool/test_notes.py", "-k", "SPHERE-PUSH or sphere")  # fmt: skip
    tests = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=170, check=False
    )  # fmt: skip
    assert tests.returncode == 0, tests.stdout[-2000:]

    evidence = folder / "tests/model/test_sphere.py"
    text = evidence.read_text(encoding="utf-8")
    blind = re.sub(r"    radius = .*\n", "", text).replace("radius - 1", "0")
    assert blind != text
    evidence.write_text(blind, encoding="utf-8")
    again = json.loads(_audit(folder, *run).stdout)
    (claim,) = (c for c in again["claims"] if c["id"] == "SPHERE-PUSH")
    assert claim["verdict"] == "supported", claim["reasons"]
    (why,) = claim["reasons"]
    assert why == "nothing that decides or searches read: on the sphere, batch share"
    assert why in " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())

    evidence.write_text(text, encoding="utf-8")
    (folder / search["path"]).write_text(search["text"], encoding="utf-8")
    words = ("falsify", "SPHERE-PUSH", "--seconds", "8", "--json", "-")
    (found,) = json.loads(_audit(folder, *words).stdout)["found"]
    assert found["outcome"] == "held", found
    shown = _audit(folder, "show", "SPHERE-PUSH", "--run", "--workers", "1").stdout
    assert "SPHERE-PUSH proved" in shown
    assert "left to the reader" not in shown
    chapter = folder / "theory/model/sphere.py"
    whole = chapter.read_text(encoding="utf-8")
    chapter.write_text(re.sub(r"    applied=.*\n", "", whole), encoding="utf-8")
    shown = _audit(folder, "show", "SPHERE-PUSH", "--run", "--workers", "1").stdout
    assert "left to the reader, of a lemma's conditions: NORM: Eq(delta, r2 - 1)" in shown
