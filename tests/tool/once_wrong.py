"""The faults that issue 22 names, played again on the commit that it was written for.

    git archive b19d128 | tar -x -C OLD && python tests/tool/once_wrong.py OLD

Each is played through the public interface of that time, in a copy of its own where it edits a file, and
must show itself: what the old tree said is printed, and one that does not show makes the exit code 1.  The
tests that keep each from coming back are in the table of ``proofs_notes/audit.md``.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

COMMIT = "b19d128"
HEAD = """
import os, sys, dataclasses
sys.path.insert(0, os.getcwd())
from sympy import *
from audit.evidence import Evidence
from audit import runner
from theory import claims
from theory.claim import Claim, Assumption, Source
a, x, y, r2, after = symbols('a x y r2 after', real=True)
n, b = symbols('n b', integer=True)
def claim(formula, region=True):
    rest = () if region is True else (Assumption('all', region),)
    return Claim('GRAD', 'a', formula, Source('lemma', 'made up'), 'exact', 'made', rest)
def said(function, of=None):
    found = runner.run_evidence(Evidence('GRAD', 'symbolic', function), of or claims['GRAD'])
    print(found.outcome, found.detail[:60])
"""
GRAD = (
    "from audit import evidence, expect\n\n@evidence('GRAD', 'witness')\ndef test_it(claim):\n    "
)


@dataclass(frozen=True)
class Fault:
    """A fault: Python after ``HEAD``, or shell; what the old tree shows (a pattern); whether it edits files."""

    play: str
    shows: str
    shell: bool = False
    edits: bool = False


def _shell(play: str, shows: str, *, edits: bool = False) -> Fault:
    return Fault(play, shows, shell=True, edits=edits)


LS = "$PYTHON -m audit list 2>&1 | tail -3; echo code ${PIPESTATUS[0]}"
FAULTS = {
    "A1": Fault(
        "from audit.expect import expect_inequality as e\n"
        "said(lambda claim: e(Gt(a * (1 - a), 0), And(a >= 0, a <= 1), [a]))",
        "^passed",
    ),
    "A2": _shell(
        f"printf \"{GRAD!s}import sys; sys.exit(0)\\n\" > tests/test_zz.py; "
        "$PYTHON -m audit run GRAD --quick --workers 1 --json run.json > out 2>&1; "
        "echo code $? lines $(grep -c claim out)",
        "code 0 lines 0",
        edits=True,
    ),
    "A3": Fault(
        "from audit import expect\n"
        "[said(lambda claim, w=w: expect(w, 'm')) for w in ((1 == 2, 'm'), x - 1, nan)]",
        "passed.*\npassed.*\npassed",
    ),
    "A4": Fault(
        "import numpy as np; from scipy import stats; from audit import statistics as s\n"
        "draws = np.random.default_rng(0).random(4000); draws[7] = float('nan')\n"
        "said(lambda claim: s.expect_distribution(draws, stats.uniform.cdf, visible=0.2, what='w'))\n"
        "said(lambda claim: s.expect_at_most(0, 1000, float('nan'), what='w'))",
        "passed",
    ),
    "A5": Fault(
        "print(runner.vacuous(claim(Eq(after, (r2**2 - 1) / (r2 - 1), evaluate=False), r2 > 0), 0))",
        "^None",
    ),
    "A6": _shell(
        "mkdir d; $PYTHON -m audit run GRAD --quick --workers 1 --json >(cat > d/got) > out 2>&1; "
        "echo code $?; tail -1 out",
        "code [1-9]",
        edits=True,
    ),
    "A7": _shell(
        "for k in 1 2; do printf 'import sim\\n"
        "def cell(settings, seed):\\n    return {\"y\": %s * settings[\"x\"]}\\n"
        "if __name__ == \"__main__\":\\n"
        "    s = sim.sweep({\"x\": [1, 2]}, seeds=1, store=\"s.db\", cell=cell, "
        "executor=sim.SerialExecutor())\\n"
        "    print(s.array(\"y\").ravel().tolist(), \"reused\", s.reused)\\n' $k > script$k.py; "
        "PYTHONPATH=. $PYTHON script$k.py 2>&1 | tail -3; done",
        r"\[1, 2\] reused 0\n\[1, 2\] reused 2",
        edits=True,
    ),
    "A8": Fault(
        "import numpy as np; from sim.batches import Sampler, child\n"
        "parent = np.random.SeedSequence(3, spawn_key=(1,))\n"
        "label, batch = (next(iter(Sampler('uniform', 256, 1, 64, s).take(1)))[0, 0]\n"
        "                for s in (parent.spawn(1)[0], child(parent, 0)))\n"
        "print('equal', int((label == batch).sum()), 'of', batch.size)",
        "equal 64 of 64",
    ),
    "A9": _shell(
        "mkdir -p away/tests site; touch away/tests/__init__.py; cp -r audit theory sim site; cd away; "
        "PYTHONPATH=../site $PYTHON -m audit run TRACE --quick --workers 1 2>&1 | grep -i trace; "
        "echo code ${PIPESTATUS[0]}",
        "(?s)unchecked.*code 0",
        edits=True,
    ),
    "B10": Fault(
        "from audit import instances\n"
        "for region in (n >= 10, (sqrt(2) < x) & (Rational(3, 2) > x)):\n"
        "    try: print(instances.instance(claim(Eq(y, y + 1, evaluate=False), region)))\n"
        "    except instances.EmptyRegion as error: print('empty', error)",
        "^empty",
    ),
    "B11": _shell(
        "printf \"from theory.claim import Assumption, Claim, Source\\nfrom sympy import Eq, Symbol\\n"
        "u = Symbol('u', real=True)\\nVOID = Claim(id='VOID', title='t', formula=Eq(u, u + 1, evaluate=False), "
        "source=Source('new', 'x'), bound='exact', chapter=__name__, "
        "assumptions=(Assumption('none', (u > 0) & (u < 0)),))\\n\" > theory/void.py; "
        "sed -i 's/(u > 0) & (u < 0)/Eq(u**2, -1)/' theory/void.py; "
        "printf \"from audit import evidence, expect\\n\\n@evidence('VOID', 'symbolic')\\n"
        "def test_void(claim):\\n    expect(True, 'm')\\n\" > tests/test_void.py; "
        "$PYTHON -m pytest -q -p no:cacheprovider tests/test_void.py 2>&1 | grep audit",
        "1 proved",
        edits=True,
    ),
    "B12": Fault("print(claim(Gt(x**2 + 1, 0)).formula)", "^True"),
    "B13": _shell(
        f"printf \"{GRAD!s}expect(True, 'm')\\n    assert 1 == 2\\n\" > tests/test_zz.py; "
        "$PYTHON -O -m audit run GRAD --quick --workers 1 2>&1 | grep -E 'GRAD|claim'; "
        "echo code ${PIPESTATUS[0]}",
        "code 0",
        edits=True,
    ),
    "B14": _shell(
        "$PYTHON -c 'from pathlib import Path; from audit.ledger import Ledger; old = Ledger(seed=7); "
        "old.complete = True; old.write(Path(\"run.json\"))'; "
        "$PYTHON -c 'import os; from audit import cli, runner; "
        "runner.run_jobs = lambda *x, **y: os.kill(os.getpid(), 9); "
        "cli.main([\"run\", \"GRAD\", \"--seed\", \"8\", \"--json\", \"run.json\"])'; "
        "grep -E '\"complete\"|\"seed\"' run.json",
        '(?s)"complete": true.*"seed": 7',
        edits=True,
    ),
    "B15": _shell(f"$PYTHON -m audit new FINE --chapter capture > /dev/null; {LS}", "code 1", edits=True),
    "B16": Fault(
        "from audit.report.mathematics import mathml\n"
        r"print(mathml(r'\text{</math><script>alert(1)</script>}'))",
        "<script>",
    ),
    "B17": _shell(
        "$PYTHON -c 'import sim; from tests import sweep_stubs as s; sim.sweep(s.GRID, seeds=1, "
        "store=\"s.db\", cell=s.measure, executor=sim.SerialExecutor())' > /dev/null; "
        "mkdir ro; mv s.db ro; chmod a-w ro/s.db ro; "
        "chmod -R a+rX .; setpriv --reuid 65534 --clear-groups $PYTHON -c "
        "'import sim; print(len(sim.load(\"ro/s.db\")))' 2>&1 | tail -1",
        "StoreError|readonly|OperationalError",
        edits=True,
    ),
    "B18": _shell(
        "$PYTHON -m audit simulate --n 4 --b 1 --step-size 0.1 --steps 5 --runs 2 --plot x.xyz 2>&1 | tail -2; "
        "echo code ${PIPESTATUS[0]}",
        "(?s)Error.*code 1",
    ),
    "B19": _shell(
        "PYTHONIOENCODING=ascii $PYTHON -m audit run GRAD --quick --workers 1 "
        "--json $(printf '\\303\\251').json 2>&1 | tail -1; echo code ${PIPESTATUS[0]}; ls | grep -c json",
        "(?s)PYTHONIOENCODING.*code 1",
        edits=True,
    ),
    "B20": _shell(
        "printf 'import pytest\\npytest.importorskip(\"no_such\")\\n' > tests/test_zz.py; "
        "$PYTHON -m audit run GRAD --quick --workers 1 2>&1 | tail -1; echo code ${PIPESTATUS[0]}",
        "(?s)Skipped.*code 1",
        edits=True,
    ),
    "B21": _shell(
        "sed 's/id=\"STEP\"/id=\"ZZ\"/; s/chapter=__name__/chapter=\"stpe\"/' theory/step.py > theory/zz.py; "
        "$PYTHON -m audit list --json - > out; echo code $? found $(grep -c ZZ out)",
        "code 0 found 0",
        edits=True,
    ),
}  # fmt: skip


# The plays as they were when all last showed themselves, on 2026-11-26; to be run again before it is renewed.
PLAYED = "5fb36e279b8f8403"


def plays() -> str:
    """A hash of all plays and what they show."""
    return hashlib.sha256(repr(sorted(FAULTS.items())).encode()).hexdigest()[:16]


def play(fault: Fault, old: Path) -> str:
    """What the old tree says."""
    with tempfile.TemporaryDirectory() as folder:
        place = old
        Path(folder).chmod(0o755)  # B17 is played as somebody else
        if fault.edits:
            place = Path(folder) / "tree"
            shutil.copytree(old, place, ignore=shutil.ignore_patterns(".git"), symlinks=True)
        words = (
            ["bash", "-c", f"PYTHON={sys.executable}; {fault.play}"]
            if fault.shell
            else [sys.executable, "-c", HEAD + fault.play]
        )
        done = subprocess.run(
            words, cwd=place, capture_output=True, text=True, timeout=600, check=False
        )
    return (done.stdout or done.stderr[-300:]).strip()


def main(words: list[str]) -> int:
    """Play all faults, or those named, on a tree of ``COMMIT``."""
    old, asked = Path(words[0]).resolve(), words[1:] or list(FAULTS)
    unseen = []
    for name in asked:
        said = play(FAULTS[name], old)
        seen = re.search(FAULTS[name].shows, said)
        print(f"{name} {'shows itself' if seen else 'DOES NOT SHOW'}: {said[-240:]!r}", flush=True)
        unseen += [] if seen else [name]
    return int(bool(unseen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
