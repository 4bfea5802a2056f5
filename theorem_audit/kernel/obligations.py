"""What the deciding evidence decides, collected as theorems for Coq while the evidence runs."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from itertools import islice
from types import FrameType
from typing import Any

from theorem_audit import project
from theorem_audit.checks.mark import DECIDING, Evidence
from theorem_audit.exact.checker import Certificate
from theorem_audit.exact.decided import listening
from theorem_audit.kernel import certificates, identities
from theorem_audit.kernel.callsite import Side, sides_at
from theorem_audit.kernel.identities import Identity, NotExported
from theorem_audit.weigh.collected import cases_of, evidence_of
from theorem_audit.weigh.runner import run_evidence

# Frames of these files pass a decision on; the one that asked for it is above them.
PASSING = frozenset(
    str(import_module(name).__file__)
    for name in (
        "theorem_audit.exact.decided",
        "theorem_audit.exact.zero",
        "theorem_audit.checks.expect",
    )
) | {__file__}
HOLLOW = "SymPy's own evaluation had cancelled it, and the source of the call shows no sides"


@dataclass(frozen=True)
class Theorem:
    """One statement with its proof.  kind: ``certificate`` or ``identity``; says which header."""

    kind: str
    label: str
    statement: str
    source: str


@dataclass
class Heard:
    """What one evidence (all its cases) decided.

    theorems: labels.  same: those among them that say of one expression that it equals itself.
    outside: reasons why something is not in the kernel, one for each such decision.
    conditions: how many assertions Python alone reads.  gate: a statement generated from the claim was asked of
    the kernel (evidence of kind ``kernel``); where it passed, Coq has decided its steps.
    """

    claim_id: str
    steps: tuple[str, ...]
    test: str
    outcome: str = "passed"
    theorems: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    conditions: int = 0
    gate: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def label_of(kind: str, statement: str) -> str:
    """A theorem's name: from its statement, so that equal statements are one theorem."""
    return f"{kind[:4]}_{hashlib.sha256(statement.encode()).hexdigest()[:20]}"


def of_certificate(certificate: Certificate) -> Theorem:
    """The theorem that a certificate proves.

    Raises ValueError where the statement, read back from its text, is about another polynomial or box.
    """
    statement = certificates.statement(certificate)
    if not certificates.same(certificates.read_back(statement), certificate):
        raise ValueError(f"the statement is not the certificate's: {statement[:300]}")
    label = label_of("certificate", statement)
    return Theorem("certificate", label, statement, certificates.theorem(label, certificate))


def of_identity(identity: Identity) -> Theorem:
    """The theorem that an identity is; raises NotExported."""
    statement = identities.stated(identity).text
    label = label_of("identity", statement)
    return Theorem("identity", label, statement, identities.theorem(label, identity))


class _Listener:
    """Turns what is told into theorems."""

    def __init__(self, heard: Heard, theorems: dict[str, Theorem]) -> None:
        self.heard, self.theorems = heard, theorems
        self.sides: tuple[Any, Any] | None = None

    def __call__(self, kind: str, what: Any) -> None:
        if kind == "sides":
            self.sides = what
        elif kind == "condition":
            self.heard.conditions += 1
        elif kind == "ball":
            self.heard.outside.append("ball arithmetic: not a polynomial inequality")
        elif kind == "certificate":
            self._add(of_certificate(what))
        elif kind == "zero":
            self._zero(what)

    def _zero(self, expr: Any) -> None:
        told, self.sides = self.sides, None
        identity = Identity(Side(expr))
        if told is not None and told[0] - told[1] == expr:
            identity = Identity(Side(told[0]), Side(told[1]))
        elif expr == 0 and (found := sides_at(_asker())) is not None:
            identity = Identity(*found)
        if identity.hollow:
            self.heard.outside.append(HOLLOW)
            return
        try:
            label = self._add(of_identity(identity))
        except NotExported as error:
            self.heard.outside.append(str(error))
            return
        if identity.same and label not in self.heard.same:
            self.heard.same.append(label)

    def _add(self, theorem: Theorem) -> str:
        self.theorems.setdefault(theorem.label, theorem)
        if theorem.label not in self.heard.theorems:
            self.heard.theorems.append(theorem.label)
        return theorem.label


def _asker() -> FrameType:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in PASSING:
        frame = frame.f_back
    assert frame is not None
    return frame


def hear(items: Iterable[Evidence] | None, said: list[Heard]) -> Iterator[Theorem]:
    """Run deciding evidence (None: all) against the claims, and listen: each theorem when it first comes.

    said: what each evidence decided joins it.
    """
    claims = project.claims()

    if items is None:
        items = [x for found in evidence_of().values() for x in found]
    theorems: dict[str, Theorem] = {}
    for item in items:
        if item.kind not in DECIDING:
            continue
        known = len(theorems)
        heard = Heard(item.claim_id, item.steps, item.test, gate=item.kind == "kernel")
        if item.kind == "cited":
            heard.outside.append("an outside theorem is cited")
        for case, _ in cases_of(item):
            with listening(_Listener(heard, theorems)):
                outcome = run_evidence(item, claims[item.claim_id], case=case)
            if outcome.outcome != "passed":
                heard.outcome = outcome.outcome
        said.append(heard)
        yield from list(islice(theorems.values(), known, None))


def collect(items: Iterable[Evidence] | None = None) -> tuple[list[Heard], dict[str, Theorem]]:
    """What each evidence decided, and the theorems by label; see ``hear``."""
    said: list[Heard] = []
    theorems = {x.label: x for x in hear(items, said)}
    return said, theorems


__all__ = [
    "HOLLOW",
    "Heard",
    "Theorem",
    "collect",
    "hear",
    "label_of",
    "of_certificate",
    "of_identity",
]
