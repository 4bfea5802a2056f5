"""``audit new ID --chapter NAME``: the stub of a claim, in the three rooms of its chapter.

The stub runs and fails, and its failure says what is missing.  Nothing else needs to be told that
the claim exists.
"""

from __future__ import annotations

import re
from pathlib import Path

ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
CHAPTER = re.compile(r"[a-z][a-z0-9_]*")

THEORY_HEAD = '''"""{title}: what this chapter claims, and the derivation it rests on."""

from __future__ import annotations

from sympy import Eq

from theorem_audit.statement.claim import Claim, Source
from theory.notation import r2, r2_next
'''
THEORY = """
{constant} = Claim(
    id="{id}",
    title="TODO: one line that a reader understands",
    formula=Eq(r2_next, r2),  # TODO: the statement, as a relation between symbols
    source=Source("new", "TODO: the paper and the statement in it, or 'this suite'"),
    bound="exact",  # or "upper", "lower", "statement"
    chapter=__name__,
)
"""
TEST_HEAD = '''"""Chapter {chapter}: the evidence."""

from __future__ import annotations

from theorem_audit import evidence
from theorem_audit.statement.claim import Claim
'''
TEST = """

@evidence("{id}", "symbolic")
def test_{name}(claim: Claim) -> None:
    raise NotImplementedError(
        "{id} has no evidence yet: derive the quantity and call expect_identity(claim.formula, ...)"
    )
"""
NOTE_HEAD = "# {title}\n"
NOTE = """
## {id}

<!-- statement:{id} -->
<!-- /statement -->

TODO: the proof, and for each step the test that checks it: `test_{name}`.
"""


class BadClaimName(ValueError):
    """The id or the chapter cannot be used; the message says what can."""


def create(claim_id: str, chapter: str, root: Path) -> list[Path]:
    """Write the stub below ``root`` and return the files touched.

    A new chapter gets its three files; an existing one is appended to.  Raises BadClaimName, before
    anything is written, when the id is malformed or taken or the chapter's name is no module name.
    """
    if not ID.fullmatch(claim_id):
        raise BadClaimName(f"ID {claim_id!r}: upper-case words joined by '-', such as GD-RATE")
    if not CHAPTER.fullmatch(chapter):
        raise BadClaimName(f"--chapter {chapter!r}: a lower-case module name, such as full_batch")
    rooms = (
        (root / "theory" / f"{chapter}.py", THEORY_HEAD, THEORY),
        (root / "tests" / f"test_{chapter}.py", TEST_HEAD, TEST),
        (root / "proofs_notes" / f"{chapter}.md", NOTE_HEAD, NOTE),
    )
    for path in sorted((root / "theory").glob("*.py")):
        if re.search(rf'\bid="{re.escape(claim_id)}"', path.read_text(encoding="utf-8")):
            raise BadClaimName(f"ID {claim_id!r}: claimed already, in {path.relative_to(root)}")
    words = {
        "id": claim_id,
        "chapter": chapter,
        "title": chapter.replace("_", " ").capitalize(),
        "constant": claim_id.replace("-", "_"),
        "name": claim_id.lower().replace("-", "_"),
    }
    for path, head, stub in rooms:
        old = path.read_text(encoding="utf-8") if path.exists() else head.format(**words)
        path.write_text(old + stub.format(**words), encoding="utf-8")
    return [path for path, _, _ in rooms]
