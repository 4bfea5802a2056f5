"""What a proof rests on, as Coq prints it, against the axioms that are permitted."""

from __future__ import annotations

import re

# Coq's real numbers are built from the first three; the fourth is the law of the excluded middle.
PERMITTED = {
    "ClassicalDedekindReals.sig_forall_dec": (
        "forall P : nat -> Prop, (forall n : nat, {P n} + {~ P n}) -> "
        "{n : nat | ~ P n} + {forall n : nat, P n}"
    ),
    "ClassicalDedekindReals.sig_not_dec": "forall P : Prop, {~ ~ P} + {~ P}",
    "FunctionalExtensionality.functional_extensionality_dep": (
        "forall (A : Type) (B : A -> Type) (f g : forall x : A, B x), "
        "(forall x : A, f x = g x) -> f = g"
    ),
    "Classical_Prop.classic": r"forall P : Prop, P \/ ~ P",
}
CLOSED = "Closed under the global context"
_NAME = re.compile(r"^([A-Za-z_][\w.']*)\s*(?::\s*(.*))?$")


class Unreadable(ValueError):
    """``Print Assumptions`` printed something that is no list of axioms."""


def parse(printed: str) -> dict[str, str]:
    """Axiom -> its type, from what ``Print Assumptions`` printed; empty when it rests on none.

    Raises Unreadable for anything that is not exactly such a list: no answer is no permission.
    """
    lines = [line for line in printed.splitlines() if line.strip()]
    if [line.strip() for line in lines] == [CLOSED]:
        return {}
    if not lines or lines[0].strip() != "Axioms:":
        raise Unreadable(f"Print Assumptions said {' '.join(printed.split())[:200]!r}")
    found: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        if line[0].isspace():
            if not name:
                raise Unreadable(f"{line!r} belongs to no axiom")
            found[name] = f"{found[name]} {line.strip().removeprefix(': ')}".strip()
            continue
        match = _NAME.match(line)
        if match is None:
            raise Unreadable(f"{line!r} is no axiom")
        name = match[1]
        if name in found:
            raise Unreadable(f"{name} twice")
        found[name] = (match[2] or "").strip()
    return {axiom: " ".join(kind.split()) for axiom, kind in found.items()}


def objections(printed: str) -> list[str]:
    """What stands against a proof with these assumptions; empty when all of them are permitted."""
    try:
        found = parse(printed)
    except Unreadable as error:
        return [str(error)]
    return [
        f"it rests on {name}" + ("" if name not in PERMITTED else f" with the type {kind}")
        for name, kind in sorted(found.items())
        if PERMITTED.get(name) != kind
    ]


__all__ = ["CLOSED", "PERMITTED", "Unreadable", "objections", "parse"]
