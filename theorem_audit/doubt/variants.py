"""Wrong variants of a claim, made from its own formula and assumptions.

From the formula: a coefficient changed by 1/1000, an integer by one, a sign, an exponent, a term
dropped, two symbols of like role swapped, an inequality reversed or made strict, an end of a sum or integral
moved by one.  From the assumptions: a condition dropped, or widened past its sharp value (or past its bound,
where none is known); an item of the vocabulary dropped, or replaced by each of its neighbours; the same of what
a symbol means.  Nothing here knows which claim it is looking at; ``compare`` says which variants are no wrong
ones.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import combinations, zip_longest
from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Expr,
    Integer,
    Integral,
    Mul,
    Not,
    Pow,
    Product,
    Rational,
    Sum,
    Symbol,
    Tuple,
    diff,
)
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Relational
from sympy.logic.boolalg import Boolean, BooleanAtom

from theorem_audit import project
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.assumption import Assumption
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import meanings_of
from theorem_audit.statement.setting import kind_of
from theorem_audit.statement.vocabulary import Item

SMALL = Rational(1, 1000)
GROUPS = (
    "coefficient", "integer", "sign", "exponent", "dropped term", "swap", "strictness", "limit",
    "dropped assumption", "widened assumption", "dropped item", "other item", "other meaning",
)  # fmt: skip


@cache
def _like_roles() -> tuple[tuple[Symbol, ...], ...]:
    """Symbols that a slip of the pen exchanges, as the project names them.

    Symbols that differ only in their index need not be named.
    """
    here = project.current()
    return here.import_from("like_roles", here.like_roles) if here.like_roles else ()


_STRICT = {Le: Lt, Ge: Gt}
_REVERSED = {Le: Ge, Ge: Le, Lt: Gt, Gt: Lt}


@dataclass(frozen=True)
class Variant:
    """One wrong variant.

    name: unique within its claim, made of what was changed.
    relative: size of the change relative to the coefficient, for variants that are a change of size.
    part: index of the conjunct that was changed, and the changed conjunct; None for assumptions.
    assumption: name of the assumption that was changed, if one was.
    known_wrong: for assumptions: the claim itself declares the sharp value that was passed.
    item: the item that was dropped or replaced, if one was.
    """

    name: str
    group: str
    claim: Claim
    relative: Rational | None = None
    part: tuple[int, Boolean] | None = None
    assumption: str = ""
    known_wrong: bool = True
    item: str = ""


# Group; what is said, as a form and its parts (printing takes its time); what came out; relative size.
Change = tuple[str, tuple[Any, ...], Basic, "Rational | None"]


def formula_of(claim: Claim, index: int, part: Boolean) -> Boolean:
    """The claim's formula with its conjunct ``index`` replaced."""
    parts = list(relations(claim.formula))
    parts[index] = part
    return joined(claim, parts)


def joined(claim: Claim, parts: Sequence[Boolean]) -> Boolean:
    """Conjuncts as one formula, of the form that the claim's has: a list of them, or all of them at once."""
    if isinstance(claim.formula, Tuple):
        return Tuple(*parts)
    return parts[0] if len(parts) == 1 else And(*parts, evaluate=False)


class Draft:
    """One changed conjunct, worked out when it is asked for: SymPy takes its time over an equation.

    index: of the conjunct.  new: what it is changed to, before that is worked out.  before: drafts that come
    before it and may have its name.
    """

    def __init__(self, claim: Claim, index: int, change: Change, before: Sequence[Draft]) -> None:
        self.claim, self.index, self.before = claim, index, tuple(before)
        self.group, self._what, self.new, self.relative = change

    @cached_property
    def what(self) -> str:
        """What was changed, in words."""
        form, *parts = self._what
        return str(form).format(*map(_short, parts))

    @cached_property
    def part(self) -> Boolean | None:
        """The changed conjunct; None where it is no formula, or says what another says (weaker, not wrong)."""
        new = self.new
        if isinstance(new, Relational):
            try:
                new = new.func(*new.args)
            except (TypeError, ValueError, ZeroDivisionError):
                return None
        parts = relations(self.claim.formula)
        if isinstance(new, BooleanAtom) or not _sound(new, parts[self.index]):
            return None
        others = (x for k, x in enumerate(parts) if k != self.index)
        return None if _canonical(new) in map(_canonical, others) else new

    @cached_property
    def variant(self) -> Variant | None:
        """The wrong variant; None where there is none."""
        if self.part is None:
            return None
        name = f"{self.group}: {self.what}"
        if len(relations(self.claim.formula)) > 1:
            name += f" (part {self.index + 1})"
        if count := sum(x.what == self.what and x.part is not None for x in self.before):
            name += f" #{count + 1}"
        wrong = replace(self.claim, formula=formula_of(self.claim, self.index, self.part))
        return Variant(name, self.group, wrong, self.relative, (self.index, self.part))


def drafts(claim: Claim, size: Rational = SMALL) -> list[Draft]:
    """All changes of the formula's conjuncts; ``size`` is the relative change of a coefficient."""
    parts = relations(claim.formula)
    seen: set[Basic] = set(parts)
    found, alike = list[Draft](), dict[tuple[int, str], list[Draft]]()
    for index, part in enumerate(parts):
        for change in _changes(part, size):
            if change[2] in seen:
                continue
            seen.add(change[2])
            before = alike.setdefault((index, change[0]), [])
            found.append(Draft(claim, index, change, before))
            before.append(found[-1])
    return found


def changed_parts(claim: Claim, index: int, groups: Container[str]) -> Iterator[Draft]:
    """The changes of one conjunct of the formula that are of some groups, one after the other."""
    parts = relations(claim.formula)
    seen: set[Basic] = set(parts)
    before: dict[str, list[Draft]] = {}
    for change in _changes(parts[index], SMALL, groups):
        if change[2] in seen:
            continue
        seen.add(change[2])
        alike = before.setdefault(change[0], [])
        draft = Draft(claim, index, change, alike)
        alike.append(draft)
        yield draft


def formula_variants(claim: Claim, size: Rational = SMALL) -> Iterator[Variant]:
    """All variants of the formula; ``size`` is the relative change of a coefficient."""
    yield from (x.variant for x in drafts(claim, size) if x.variant is not None)


@lru_cache(maxsize=4096)  # a formula's conjuncts are asked for by each change of one of them
def _canonical(part: Basic) -> Basic:
    """The conjunct with its sides and signs in SymPy's order, as ``And`` compares it."""
    return part.canonical if isinstance(part, Relational) else part


def _sound(formula: Basic, before: Basic) -> bool:
    """Whether no infinity came in by the change: an integral may reach to one."""
    from sympy import nan, oo, zoo

    return not any(formula.has(x) and not before.has(x) for x in (nan, zoo, oo, -oo))


def _changes(part: Basic, size: Rational, groups: Container[str] = GROUPS) -> Iterator[Change]:
    """What may be changed; where nothing in it is a number, a term or an order, all of it is negated."""
    yield from _edits(part, size, groups)
    if "sign" in groups and next(_edits(part, size, GROUPS), None) is None:
        yield "sign", ("{} negated", part), Not(part), None


def _edits(part: Basic, size: Rational, groups: Container[str]) -> Iterator[Change]:
    if isinstance(part, Relational):
        strict = _STRICT.get(type(part))
        if strict and "strictness" in groups:
            new = strict(*part.args, evaluate=False)
            yield "strictness", ("{} made strict", part), new, None
        backwards = _REVERSED.get(type(part))
        if backwards and "sign" in groups:
            new = backwards(*part.args, evaluate=False)
            yield "sign", ("{} reversed", part), new, None
    for path, node, parent in _walk(part):
        for group, what, new, relative in (*_local(node, parent, size), *_limits(node)):
            if group not in groups:
                continue
            try:
                yield group, what, _changed(part, path, new), relative
            except (TypeError, ValueError, ZeroDivisionError):
                continue  # what came out is no formula any more
    if "swap" in groups:
        yield from _swaps(part)


def _walk(
    node: Basic, path: tuple[int, ...] = (), parent: Basic | None = None
) -> Iterator[tuple[tuple[int, ...], Basic, Basic | None]]:
    if parent is not None:
        yield path, node, parent
    for index, arg in enumerate(node.args):
        yield from _walk(arg, (*path, index), node)


def _changed(part: Basic, path: tuple[int, ...], new: Basic) -> Basic:
    """``part`` with the node at ``path`` replaced; a relation is not yet evaluated."""
    if not isinstance(part, Relational):
        return _put(part, path, new)
    args = list(part.args)
    args[path[0]] = _put(args[path[0]], path[1:], new)
    return part.func(*args, evaluate=False)


def _put(node: Basic, path: tuple[int, ...], new: Basic) -> Basic:
    if not path:
        return new
    args = list(node.args)
    args[path[0]] = _put(args[path[0]], path[1:], new)
    return node.func(*args)


def _local(node: Basic, parent: Basic | None, size: Rational) -> Iterator[Change]:
    if not isinstance(node, Expr) or not isinstance(parent, Expr | Relational):
        return
    if isinstance(parent, Pow) and parent.exp == node and parent.base != node:
        if node.is_Integer:
            for e in (node + 1, node - 1):
                yield "exponent", ("{} -> {}", parent, parent.base**e), e, None
        return
    if node.is_Rational:
        yield from _numbers(node, parent, size)
    if isinstance(parent, Mul) and not node.is_Rational and not isinstance(node, Pow):
        yield "exponent", ("factor {} of {} squared", node, parent), node**2, None
    side = isinstance(parent, Relational) and not isinstance(node, Add) and node != 0
    if side and isinstance(node, Symbol) and parent.lhs == node and isinstance(parent, Eq):
        return  # the same as changing the other side
    if isinstance(parent, Add) or side:
        yield (
            "coefficient",
            ("{} -> {}", node, (1 + size) * node),
            (1 + size) * node,
            size,
        )
        yield (
            "coefficient",
            ("{} -> {}", node, (1 - size) * node),
            (1 - size) * node,
            size,
        )
        yield "sign", ("{} -> {}", node, -node), -node, None
        yield "integer", ("{} -> {}", node, 2 * node), 2 * node, None
    if isinstance(parent, Add):
        yield "dropped term", ("{} out of {}", node, parent), Integer(0), None


def _limits(node: Basic) -> Iterator[Change]:
    """Each end of a sum, product or integral that is no infinity, moved by one either way."""
    for limit in node.limits if isinstance(node, Sum | Product | Integral) else ():
        for place, end in [*enumerate(limit)][1:]:
            for moved in (end + 1, end - 1) if not end.is_infinite else ():
                new = Tuple(*limit[:place], moved, *limit[place + 1 :])
                yield "limit", ("{} -> {}", limit, new), node.xreplace({limit: new}), None


def _numbers(node: Rational, parent: Basic | None, size: Rational) -> Iterator[Change]:
    where = ("{} in {} -> {}", node, parent)
    if node == 0:
        if isinstance(parent, Relational):
            for shift in (size, -size):
                yield "coefficient", (*where, shift), shift, size
        return
    if node != -1:
        yield "coefficient", (*where, (1 + size) * node), (1 + size) * node, size
        yield "coefficient", (*where, (1 - size) * node), (1 - size) * node, size
    yield "sign", (*where, -node), -node, None
    if node.q == 1:
        for other in (node + 1, node - 1):
            yield "integer", (*where, other), other, None
    else:
        for other in (Rational(node.p + 1, node.q), Rational(node.p, node.q + 1)):
            yield "integer", (*where, other), other, None


def _stem(symbol: Symbol) -> str | None:
    match = re.fullmatch(r"([A-Za-z]+)_?(\w|\d+)?(\^\+)?", symbol.name)
    return None if match is None or not match[2] else f"{match[1]}{match[3] or ''}"


def _alike(one: Symbol, two: Symbol) -> bool:
    stem = _stem(one)
    return any({one, two} <= set(role) for role in _like_roles()) or (
        stem is not None and stem == _stem(two)
    )


def _swaps(part: Basic) -> Iterator[Change]:
    free = sorted((x for x in part.free_symbols if isinstance(x, Symbol)), key=str)
    for one, two in combinations(free, 2):
        if _alike(one, two):
            both, what = {one: two, two: one}, ("{} with {}", one, two)
            if not isinstance(part, Relational):
                yield "swap", what, part.xreplace(both), None
                continue
            left, right = (side.xreplace(both) for side in part.args)
            yield "swap", what, part.func(left, right, evaluate=False), None
            new = part.func(part.lhs, right, evaluate=False)  # on one side only
            yield "swap", ("{} with {} on the right", one, two), new, None


def assumption_variants(claim: Claim) -> Iterator[Variant]:
    """Each condition dropped, and widened where it is an inequality; each item dropped and replaced."""
    for x in claim.assumptions:
        if x.item is not None:
            yield from _item_variants(claim, x.item)
        if x.condition is None:
            continue
        group = "dropped assumption"
        less = claim.without(x.name) if x.item is None else claim.widened(x.name, None)
        yield Variant(f"{group}: {x.name}", group, less, assumption=x.name, known_wrong=False)
        for condition, what in _widenings(x):
            group = "widened assumption"
            yield Variant(
                f"{group}: {x.name} to {what}",
                group,
                claim.widened(x.name, condition),
                assumption=x.name,
                known_wrong=x.sharp is not None,
            )


def meaning_variants(claim: Claim) -> Iterator[Variant]:
    """Each symbol whose meaning is played, with each neighbour of the meaning in its place."""
    for symbol, said in meanings_of(claim.symbols).items():
        for other in said.near:
            group, name = "other meaning", f"{symbol}: {other}"
            wrong = claim.with_meaning(symbol, other)
            yield Variant(f"{group}: {name}", group, wrong, item=symbol)


def _item_variants(claim: Claim, item: Item) -> Iterator[Variant]:
    """The claim without ``item``, and with each of its neighbours in its place."""
    kind = kind_of(item)
    if item.name != kind.widest:
        group = "dropped item"
        yield Variant(f"{group}: {item.name}", group, claim.with_item(item, None), item=item.name)
    for other in kind.neighbours(item):
        group, name = "other item", f"{item.name} -> {other.name}"
        yield Variant(f"{group}: {name}", group, claim.with_item(item, other), item=item.name)


def _widenings(assumption: Assumption) -> Iterator[tuple[Boolean, str]]:
    given = relations(assumption.condition)
    parts = given if assumption.sharp is None else relations(assumption.sharp)
    for part in parts:
        if not hasattr(part, "gts"):
            continue
        gap = difference(part)
        whole = all(x.is_integer for x in gap.free_symbols)
        wide = Ge(gap + (1 if whole else Rational(1, 20)), 0)
        if not isinstance(wide, BooleanAtom):
            yield And(wide, *(x for x in given if not _same_side(x, part))), _short(wide)


def _same_side(one: Boolean, two: Boolean) -> bool:
    """Whether both conditions bound the same quantity from the same side."""
    if not hasattr(one, "gts") or one.free_symbols != two.free_symbols:
        return one == two
    return all(diff(difference(one) - difference(two), x) == 0 for x in one.free_symbols) or (
        len(one.free_symbols) == 1
        and bool(diff(difference(one), *one.free_symbols).is_positive)
        == bool(diff(difference(two), *two.free_symbols).is_positive)
    )


def _short(expr: Basic, length: int = 48) -> str:
    text = str(expr)
    return text if len(text) <= length else f"{text[: length - 12]} ... {text[-7:]}"


def capped(variants: list[Variant], cap: int) -> list[Variant]:
    """At most ``cap`` variants, evenly from all groups and from all over the formula (0: all)."""
    if not cap or len(variants) <= cap:
        return variants
    columns = [_spread([v for v in variants if v.group == group]) for group in GROUPS]
    rows: list[Any] = [v for row in zip_longest(*columns) for v in row if v is not None]
    chosen = {v.name for v in rows[:cap]}
    return [v for v in variants if v.name in chosen]


def _spread(items: list[Variant]) -> list[Variant]:
    """First, middle, quarter points and so on: any prefix is spread over the list."""
    order, step = [], 1 << max(len(items) - 1, 0).bit_length()
    taken: set[int] = set()
    while step:
        for k in range(0, len(items), step):
            if k not in taken:
                taken.add(k)
                order.append(items[k])
        step //= 2
    return order


def variants(claim: Claim, cap: int = 0) -> list[Variant]:
    """The wrong variants of ``claim``, in a fixed order; see ``capped``."""
    found = [*formula_variants(claim), *assumption_variants(claim), *meaning_variants(claim)]
    return capped(found, cap)
