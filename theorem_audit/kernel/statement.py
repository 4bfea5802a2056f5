"""The Coq statement of a claim, put together from phrases that the theory supplies.

A ``Declaration`` says how one claim is spoken: its binders, a Coq term for each of its symbols, a
phrase for each assumption that is not a formula, and how the conclusion is put together.  Conditions
and formulas are translated term by term from the claim object itself.  What has no phrase is an error,
``NoPhrase``; what the claim drops or changes is dropped or changed in the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Or,
    Pow,
    Rational,
    Symbol,
    binomial,
    exp,
    log,
)
from sympy.logic.boolalg import Boolean

_RELATIONS = {Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Eq: "=", Ne: "<>"}
_NATURAL = {Lt: ("<", False), Le: ("<=", False), Gt: ("<", True), Ge: ("<=", True)}


class NoPhrase(ValueError):
    """Something of a claim cannot be said in Coq: a symbol, an assumption, a shape of formula."""


@dataclass(frozen=True)
class Speaker:
    """Translates SymPy into Coq's real numbers.

    terms: real symbol -> Coq term.  naturals: integer symbol -> Coq term of type nat, which stands as
    ``INR term`` among reals and as itself among naturals.
    """

    terms: Mapping[Symbol, str]
    naturals: Mapping[Symbol, str] = field(default_factory=dict)

    def natural(self, e: Basic) -> str:
        """A term of type nat: sums, products, differences (the theory vouches that none is cut off)."""
        if e in self.naturals:
            return self.naturals[e]
        if isinstance(e, Integer) and e >= 0:
            return str(e)
        if isinstance(e, Add):
            plus = [x for x in e.args if not x.could_extract_minus_sign()]
            minus = [-x for x in e.args if x.could_extract_minus_sign()]
            if not plus:
                raise NoPhrase(f"{e}: no natural number")
            text = " + ".join(map(self.natural, plus))
            return f"({text}{''.join(f' - {self.natural(x)}' for x in minus)})"
        if isinstance(e, Mul):
            return f"({' * '.join(map(self.natural, e.args))})"
        if isinstance(e, binomial):
            return f"'C({self.natural(e.args[0])}, {self.natural(e.args[1])})"
        raise NoPhrase(f"{e}: no natural number")

    def integer(self, e: Basic) -> str:
        """A term of type Z, for exponents: nothing is cut off at 0."""
        if e in self.naturals:
            return f"(Z.of_nat {self.naturals[e]})"
        if isinstance(e, Integer):
            return f"({e})%Z"
        for kind, sign in ((Add, "+"), (Mul, "*")):
            if isinstance(e, kind):
                return f"({f' {sign} '.join(map(self.integer, e.args))})%Z"
        raise NoPhrase(f"{e}: no integer")

    def _is_natural(self, e: Basic) -> bool:
        return bool(e.free_symbols) and e.free_symbols <= set(self.naturals)

    def real(self, e: Basic) -> str:
        """A term of type R."""
        if e in self.terms:
            return self.terms[e]
        if e in self.naturals:
            return f"(INR {self.naturals[e]})"
        if isinstance(e, Rational):
            text = str(abs(e.p)) if e.q == 1 else f"({abs(e.p)} / {e.q})"
            return f"(- {text})" if e < 0 else text
        if isinstance(e, Add):
            terms = sorted(e.as_ordered_terms(), key=lambda x: x.could_extract_minus_sign())
            text = self.real(terms[0])
            for x in terms[1:]:
                minus = x.could_extract_minus_sign()
                text += f" - {self.real(-x)}" if minus else f" + {self.real(x)}"
            return f"({text})"
        if isinstance(e, Mul):
            return self._product(e)
        if isinstance(e, Pow):
            return self._power(e)
        for kind, name in ((log, "ln"), (exp, "exp"), (Abs, "Rabs")):
            if isinstance(e, kind):
                return f"({name} {self.real(e.args[0])})"
        for kind, name in ((Min, "Rmin"), (Max, "Rmax")):
            if isinstance(e, kind):
                first, *rest = sorted(e.args, key=str)
                text = self.real(first)
                for x in rest:
                    text = f"({name} {text} {self.real(x)})"
                return text
        if isinstance(e, binomial):
            return f"(INR {self.natural(e)})"
        raise NoPhrase(f"{e}: no Coq term")

    def _product(self, e: Mul) -> str:
        top, bottom = [], []
        for x in e.as_ordered_factors():
            if isinstance(x, Pow) and isinstance(x.exp, Rational) and x.exp < 0:
                bottom.append(self.real(x.base**-x.exp))
            elif isinstance(x, Rational) and x.q != 1 and abs(x.p) == 1:
                bottom.append(str(x.q))
                if x < 0:
                    top.append("(- 1)")
            else:
                top.append(self.real(x))
        text = " * ".join(top) if top else "1"
        if not bottom:
            return f"({text})"
        return f"(({text}) / ({' * '.join(bottom)}))"

    def _power(self, e: Pow) -> str:
        base, exponent = e.args
        if exponent == Rational(1, 2):
            return f"(sqrt {self.real(base)})"
        if isinstance(exponent, Integer):
            text = f"({self.real(base)} ^ {abs(exponent)})"
            return text if exponent > 0 else f"(/ {text})"
        if self._is_natural(exponent):
            return f"(powerRZ {self.real(base)} {self.integer(exponent)})"
        return f"(Rpower {self.real(base)} {self.real(exponent)})"

    def relation(self, r: Basic) -> str:
        """A proposition: a relation, or relations joined by And and Or."""
        if isinstance(r, And):
            return " /\\ ".join(f"({self.relation(x)})" for x in _ordered(r.args))
        if isinstance(r, Or):
            return " \\/ ".join(f"({self.relation(x)})" for x in _ordered(r.args))
        kind = type(r)
        if kind not in _RELATIONS:
            raise NoPhrase(f"{r}: no relation that can be said")
        left, right = r.args
        sides = [x for x in (left, right) if not x.is_Integer]
        if kind in _NATURAL and sides and all(self._is_natural(x) for x in sides):
            sign, turned = _NATURAL[kind]
            one, two = (right, left) if turned else (left, right)
            return f"({self.natural(one)} {sign} {self.natural(two)})%N"
        return f"{self.real(left)} {_RELATIONS[kind]} {self.real(right)}"


def _ordered(parts: Sequence[Basic]) -> list[Basic]:
    return sorted(parts, key=str)


def parts_of(condition: Boolean) -> list[Boolean]:
    """The conjuncts, in a fixed order."""
    return list(_ordered(condition.args)) if isinstance(condition, And) else [condition]


@dataclass(frozen=True)
class Declaration:
    """How one claim is spoken in Coq.

    binders: what the statement quantifies over, in Coq's syntax, with the setting's own definitions.
    speaker: Coq terms of the claim's symbols.
    phrases: name of an assumption, or of a vocabulary's item -> proposition that it adds beside the
    condition ('' for none).  An item that is not named has no phrase, and the claim no statement.
    quantified: name of an assumption -> the quantifier before its condition, where that speaks of every
    batch or pair ("forall B : batch n b,"), or names what it speaks of ("let g := ... in").
    local: symbols that differ from batch to batch; where there are some, a quantifier stands only before
    conditions that name one.
    inside: names of assumptions that the conclusion says itself, or a definition does.
    setting: propositions that the claim's chapter takes for granted.
    conclusion: (claim, speaker) -> proposition, from the claim's formula.
    """

    binders: str
    speaker: Speaker
    phrases: Mapping[str, str]
    conclusion: Callable[[Any, Speaker], str]
    setting: tuple[str, ...] = ()
    quantified: Mapping[str, str] = field(default_factory=dict)
    local: frozenset[Symbol] = frozenset()
    inside: tuple[str, ...] = ()


def hypotheses(claim: Any, declaration: Declaration) -> list[str]:
    """One proposition for each condition and each phrase of the claim's assumptions."""
    found = list(declaration.setting)
    for assumption in claim.assumptions:
        phrases = [declaration.phrases.get(assumption.name)]
        if assumption.item is not None:
            if assumption.item.name not in declaration.phrases:
                raise NoPhrase(
                    f"{claim.id}: {assumption.item.name!r} of {assumption.name!r} has no phrase"
                )
            phrases.append(declaration.phrases[assumption.item.name])
        found += [x for x in dict.fromkeys(phrases) if x]  # an assumption may have its item's name
        if assumption.condition is not None and assumption.name not in declaration.inside:
            quantifier = declaration.quantified.get(assumption.name, "")
            for x in parts_of(assumption.condition):
                said = declaration.speaker.relation(x)
                everywhere = declaration.local and not x.has(*declaration.local)
                found.append(f"{quantifier} {said}" if quantifier and not everywhere else said)
    return found


def statement(claim: Any, declaration: Declaration) -> str:
    """The Coq proposition that a claim object says.

    Raises NoPhrase where something of it has no phrase.
    """
    lines = [f"({x}) ->" for x in hypotheses(claim, declaration)]
    conclusion = declaration.conclusion(claim, declaration.speaker)
    return "\n  ".join([f"forall {declaration.binders},", *lines, conclusion])


def values(formula: Basic, *known: Expr) -> dict[Basic, Basic]:
    """Left side -> right side of the equations of a formula.

    Raises NoPhrase unless these are exactly the ``known`` left sides, in any order.
    """
    parts = parts_of(formula)
    found = {x.lhs: x.rhs for x in parts if isinstance(x, Eq)}
    if len(found) != len(parts) or set(found) != set(known):
        raise NoPhrase(f"{formula}: expected equations for {', '.join(map(str, known))}")
    return found


__all__ = ["Declaration", "NoPhrase", "Speaker", "hypotheses", "parts_of", "statement", "values"]
