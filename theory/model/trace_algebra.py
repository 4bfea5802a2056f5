"""Traces of words in symmetric letters, decided by normal form.

tr(w) is unchanged when the word w is rotated, and when it is reversed (every letter is symmetric, so
w reversed is w transposed).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sympy import Expr, Integer, Mul, Poly, Pow, Symbol, expand

Word = tuple[Symbol, ...]


def letter(name: str) -> Symbol:
    """A symmetric matrix."""
    return Symbol(name, commutative=False)


def _split(term: Expr) -> tuple[Expr, Word]:
    scalar: Expr = Integer(1)
    word: list[Symbol] = []
    for factor in Mul.make_args(term):
        if factor.is_commutative:
            scalar *= factor
        elif isinstance(factor, Pow):
            word += [factor.base] * int(factor.exp)
        else:
            word.append(factor)
    return scalar, tuple(word)


def _canonical(word: Word) -> Word:
    turns = [word[i:] + word[:i] for i in range(len(word))] or [()]
    turns += [turn[::-1] for turn in turns]
    return min(turns, key=lambda turn: [x.name for x in turn])


def trace(expr: Expr, vanishing: Collection[frozenset[Symbol]] = ()) -> dict[Word, Expr]:
    """tr(expr) as canonical word -> coefficient.

    vanishing: pairs of letters whose product, in either order, is zero.
    """
    total: dict[Word, Expr] = {}
    for term in expand(expr).as_ordered_terms():
        scalar, word = _split(term)
        around = zip(word, (*word[1:], *word[:1]), strict=True)
        if len(word) > 1 and any(frozenset(pair) in vanishing for pair in around):
            continue
        key = _canonical(word)
        total[key] = expand(total.get(key, Integer(0)) + scalar)
    return {key: value for key, value in total.items() if value != 0}


def applied(operator: Expr, meaning: Mapping[Symbol, Callable[[Expr], Expr]], X: Expr) -> Expr:
    """A polynomial of degree one in operators, applied to the matrix X; 1 is the identity.

    Raises ValueError when the operators multiply each other.
    """
    poly = Poly(expand(operator), *meaning)
    result: Expr = Integer(0)
    for powers, coefficient in poly.terms():
        if sum(powers) > 1:
            raise ValueError(f"operator={operator}: must be linear in {list(meaning)}")
        image = X
        for act, power in zip(meaning.values(), powers, strict=True):
            image = act(X) if power else image
        result += coefficient * image
    return result
