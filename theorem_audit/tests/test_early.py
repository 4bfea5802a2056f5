"""Evidence that gets its claim's right side another way: at an import, from a cache, from a copy."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from sympy import Eq, Symbol

from theorem_audit.checks.expect import expect, expect_identity
from theorem_audit.checks.mark import Evidence
from theorem_audit.statement.claim import Claim
from theorem_audit.tests import one_chapter
from theorem_audit.tests.made_up import claim
from theorem_audit.tests.thorough import in_ci_but
from theorem_audit.weigh import copies
from theorem_audit.weigh.copies import COPIED
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.untouched import CHANGED

x, y = Symbol("x", real=True), Symbol("y", real=True)
ODD = claim(Eq(y, 3 * x))
CACHED: dict[str, object] = {}

F = "F = FALSE.formula.rhs"
OBJECT = "class M:\n    def side(self):\n        return F\n"
BELOW = "def below(k):\n    return below(k - 1) if k else FALSE.formula.rhs\n"
HELPER = "KEPT = {}\ndef fill(claim):\n    KEPT[claim.id] = claim.formula.rhs\n"

# What stands in the chapter beside FALSE, which says y = 3 x; in the file of evidence, above it; and what it
# derives y to be.
WAYS: dict[str, tuple[str, ...]] = {
    "a default": ("", "", "F", "def test_it(claim, F=FALSE.formula.rhs):\n"),
    "a decorator": (
        "", "def keeps(f):\n    F = FALSE.formula.rhs\n    return lambda claim: f(claim, F)", "F",
        "@keeps\ndef test_it(claim, F):\n",
    ),
    "a name in the chapter": ("F = FALSE.formula.rhs", "", "F"),
    "a name in the file": ("", "F = FALSE.formula", "F.rhs"),
    "a table": ("TOLD = {'FALSE': FALSE.formula.rhs}", "", "TOLD[claim.id]"),
    "a copy": ("", "import dataclasses\nL = dataclasses.replace(FALSE, id='L')", "L.formula.rhs"),
    "a pickle": ("import pickle\nP = pickle.dumps(FALSE)", "import pickle", "pickle.loads(P).formula.rhs"),
    "a deep copy": ("", "import copy\nL = copy.deepcopy(FALSE)", "L.formula.rhs"),
    "a cache that the chapter fills": (
        "import functools\n@functools.cache\ndef model():\n    return FALSE.formula.rhs\nmodel()", "",
        "model()",
    ),
    "a cache that the evidence fills": (
        "import functools\n@functools.cache\ndef model():\n    return FALSE.formula.rhs", "", "model()",
    ),
    "through a function": ("F = FALSE.formula.rhs\ndef model():\n    return F", "", "model()"),
    "through a class": (
        "F = FALSE.formula.rhs\nclass M:\n    def side(self):\n        return F", "", "M().side()",
    ),
    "through an object": (
        "F = FALSE.formula.rhs\nclass M:\n    def __call__(self):\n        return F\nm = M()", "", "m()",
    ),
    "through a partial function": (
        "import functools\nF = FALSE.formula.rhs\ndef side(k):\n    return k * F\n"
        "one = functools.partial(side, 1)", "", "one()",
    ),
    "what a function keeps": (
        "", "def made():\n    F = FALSE.formula.rhs\n    return lambda: F\nside = made()", "side()",
    ),
    "through a module": ("F = FALSE.formula.rhs", "from th import ch", "ch.F"),
    "an inherited method": (f"{F}\n{OBJECT}class H(M):\n    pass", "", "H().side()"),
    "a property": (f"{F}\n{OBJECT}    told = property(side)", "", "M().told"),
    "a class's function": (f"{F}\nclass M:\n    side = staticmethod(lambda: F)", "", "M.side()"),
    "a bound method": (f"{F}\n{OBJECT}side = M().side", "", "side()"),
    "a table of functions": (f"{F}\nSIDES = {{'it': [lambda: F]}}", "", "SIDES[claim.id and 'it'][0]()"),
    "a cache of another file": ("", "from tests import helper\nhelper.fill(FALSE)", "helper.KEPT[claim.id]"),
    "a cache and a name": ("", "from tests import helper\nD = helper.fill(FALSE)", "helper.KEPT[claim.id]"),
    "a cache that another chapter fills": (
        "from th import other\nother.KEPT['it'] = FALSE.formula.rhs", "from th import other",
        "other.KEPT['it']",
    ),
    "a name in another file": ("", "from tests import reads", "reads.F"),
    "a name as a text": (F, "", "globals()['F']"),
    "an attribute as a text": (F, "from th import ch", "getattr(ch, 'F')"),
    "a module as a text": (F, "import sys", "vars(sys.modules['th.ch'])['F']"),
    "an import as it runs": (F, "", "G", "def test_it(claim):\n    from th.ch import F as G\n"),
    "a module imported as it runs": (F, "", "th.ch.F", "def test_it(claim):\n    import th.ch\n"),
    "a module of a package as it runs": (F, "", "ch.F", "def test_it(claim):\n    from th import ch\n"),
    "a name in a block": ("if x:\n    for F in [FALSE.formula.rhs]:\n        G = F", "", "G"),
    "the second of a pair": ("C, D = x, FALSE.formula.rhs", "", "D"),
    "one of a pair that is taken apart": ("C, D = [FALSE.formula.rhs for _ in '12']", "", "C"),
    "from far below": ("", f"{BELOW}F = below(50)", "F"),
}  # fmt: skip
# The same of another claim, which is a lemma, or of nothing that is read.
HONEST: dict[str, tuple[str, ...]] = {
    "a derivation": ("def model():\n    return x + x + x", "", "model()"),
    "what another claim says": ("F = TRUE.formula.rhs", "", "F + x"),
    "a claim that is made of it": ("MORE = claim('MORE', FALSE.formula)", "", "x + x + x"),
    "what makes another claim": (f"{F}\nMORE = claim('MORE', Eq(y, F))", "", "3 * x"),
    "the first of a pair": ("C, D = x, FALSE.formula.rhs", "", "3 * C"),
    "what stands in a block with it": ("if x:\n    C = x\n    D = FALSE.formula.rhs", "", "3 * C"),
    "what stands in a loop over it": ("for D in [FALSE.formula.rhs]:\n    C = x", "", "3 * C"),
    "what is tried with it": (
        "try:\n    C = x\n    D = FALSE.formula\nexcept ValueError:\n    C = 1", "", "3 * C",
    ),
    "what is bound with a claim": ("FALSE, C = claim('FALSE', Eq(y, 3 * x)), x", "", "3 * C"),
    "a name of its own": (F, "", "F", "def test_it(claim):\n    F = 3 * x\n"),
}  # fmt: skip


def _told(folder: Path, ways: dict[str, tuple[str, ...]], name: str) -> str:
    chapter, above, derived, *more = ways[name]
    head = more[0] if more else "def test_it(claim):\n"
    one_chapter.write(
        folder,
        one_chapter.HEAD
        | {
            "th/ch.py": f"{one_chapter.CHAPTER}FALSE = claim('FALSE', Eq(y, 3 * x))\n"
            f"TRUE = claim('TRUE', Eq(y, 2 * x))\n{chapter}\n",
            "tests/test_ch.py": "from theorem_audit import evidence, expect_identity\nfrom th.ch import *\n"
            f"{above}\n@evidence('FALSE', 'symbolic')\n{head}"
            f"    expect_identity(claim.formula, {{y: {derived}}})\n",
            "th/other.py": "KEPT = {}\n",
            "tests/helper.py": HELPER,
            "tests/reads.py": f"from th.ch import FALSE\n{F}\n",
            "tests/test_true.py": "from theorem_audit import evidence, expect_identity\n"
            "from th.ch import x, y\n"
            "@evidence('TRUE', 'symbolic')\ndef test_true(claim):\n"
            "    expect_identity(claim.formula, {y: x + x})\n",
        },
    )
    found = one_chapter.run(folder)
    assert found["TRUE"]["verdict"] == "proved"
    return str(found["FALSE"]["verdict"])


@pytest.mark.parametrize(
    "name", in_ci_but(WAYS, "a name in the file", "a cache that the evidence fills")
)
def test_a_claim_compared_with_what_was_read_of_it_keeps_no_rank(name: str, tmp_path: Path) -> None:
    """Mended: each came out proved, since all wrong variants differ from what was read of the theory's own."""
    assert _told(tmp_path, WAYS, name) == "inconclusive"


@pytest.mark.parametrize("name", in_ci_but(HONEST, "a claim that is made of it"))
def test_evidence_that_keeps_to_what_it_is_handed_is_left_alone(name: str, tmp_path: Path) -> None:
    assert _told(tmp_path, HONEST, name) == "proved"


def test_a_lemma_that_is_made_of_the_claim_is_asked_for_by_itself(tmp_path: Path) -> None:
    """A lemma that nothing decides leaves the claim undecided."""
    lemma = (f"{F}\nLEMMA = claim('LEMMA', Eq(y, F))", "", "LEMMA.formula.rhs")
    assert _told(tmp_path, {"a lemma": lemma}, "a lemma") == "unchecked"


@pytest.fixture
def theorys(monkeypatch: pytest.MonkeyPatch) -> None:
    """ODD is the theory's own."""
    monkeypatch.setattr(copies, "known", {"ODD": ODD}.get)


def _own(handed: Claim) -> None:
    expect_identity(handed.formula, {y: ODD.formula.rhs})


def _cached(handed: Claim) -> None:
    expect_identity(handed.formula, {y: CACHED.setdefault("side", ODD.formula.rhs)})


def _changes(handed: Claim) -> None:
    object.__setattr__(handed, "formula", Eq(y, x))
    expect(True, "fine")


@pytest.mark.usefixtures("somewhere", "theorys")
@pytest.mark.parametrize("function", [_own, _cached])
def test_who_is_handed_a_claim_may_not_ask_the_theory_for_it(function: Callable[..., None]) -> None:
    """On the claim itself, too: a cache keeps what was read there for its variants."""
    found = run_evidence(Evidence("ODD", "symbolic", lambda claim: function(claim)), ODD)
    assert (found.outcome, found.detail) == ("error", COPIED)


@pytest.mark.usefixtures("somewhere", "theorys")
def test_what_changes_the_claim_that_it_is_handed_is_an_error() -> None:
    found = run_evidence(Evidence("ODD", "symbolic", lambda claim: _changes(claim)), ODD)
    assert (found.outcome, found.detail) == ("error", f"{CHANGED}ODD")
    assert ODD.formula == Eq(y, 3 * x)


def test_claims_are_copied_and_pickled() -> None:
    """Mended: a claim that was being made again had no id, and the note of a read asked for it."""
    for made in (copy.copy(ODD), copy.deepcopy(ODD), pickle.loads(pickle.dumps(ODD))):
        assert made == ODD
        assert made is not ODD
