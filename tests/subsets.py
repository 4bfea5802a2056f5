"""Uniform b-subsets of n for symbolic n and b: chances of membership, from ratios of binomials.

C(N, K) counts the K-subsets of an N-set.  Counting pairs (subset, member) and (subset, non-member)
twice gives, for 1 <= K <= N - 1,

    K C(N, K) = N C(N-1, K-1),        (N - K) C(N, K) = N C(N-1, K).

So fixing one index as a member, or as left out, multiplies the count by K/N or by (N-K)/N, and the
chance that given indices are members and others are not is a product of such ratios: a rational
function of n and b, decided by normal form.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from sympy import Expr, Ge, Integer, cancel

from tests.inequalities import expect_implied
from tests.instances import evaluate
from tests.reading import expect_items
from theorem_audit import expect, expect_zero
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.notation import b, n

LISTED = 9
LARGEST = 12  # enumerations up to here check the formulas; they stand for nothing


@cache
def chance_of(members: int, left_out: int = 0) -> Expr:
    """P(``members`` given indices are in B, ``left_out`` given others are not), B uniform."""
    chance, size, drawn = Integer(1), n, b
    for _ in range(members):
        chance, size, drawn = chance * drawn / size, size - 1, drawn - 1
    for _ in range(left_out):
        chance, size = chance * (size - drawn) / size, size - 1
    return cancel(chance)


def expect_counts(claim: Claim) -> None:
    """The claim's batches are uniform subsets of 2 or more, and the two ratios count them.

    They agree with Pascal's rule, for symbolic n and b, with binomials up to LARGEST, and with the law of
    the claim's own item, listed up to LISTED.  Undecided for batches that are not uniform subsets.
    """
    expect_items(claim, words.UNIFORM)
    for size in (Ge(b, 1), Ge(n - b, 0), Ge(n, 2)):  # b-subsets of n, and a pair of indices
        expect_implied(size, claim.region)
    expect(_listed(claim.item(words.BATCHES)), "the item's law is what the ratios count")
    expect_zero(chance_of(1) + chance_of(0, 1) - 1, "an index is in B or not")
    wrong = _miscounted()
    expect(not wrong, "counts", at=wrong)


def _ways(size: int, drawn: int) -> int:
    """How many subsets of ``drawn`` a set of ``size`` has; none of fewer than 0."""
    return comb(size, drawn) if drawn >= 0 else 0


@cache
def _miscounted() -> tuple[tuple[int, int, int, int], ...]:
    """(n, b, members, left out) up to LARGEST where the ratios are not what binomials count."""
    return tuple(
        (size, drawn, members, left)
        for size in range(1, LARGEST + 1)
        for drawn in range(size + 1)
        for members, left in ((1, 0), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1))
        if members + left <= size
        and evaluate(chance_of(members, left), {n: size, b: drawn})
        != Fraction(_ways(size - members - left, drawn - members), comb(size, drawn))
    )


@cache
def _listed(item: Item) -> bool:
    """Whether an item's law has the chances of members and of what is left out, for n <= LISTED."""
    for size in range(1, LISTED + 1):
        for drawn in range(1, size + 1):
            law = item.gives["chance"](size, drawn)
            for members, left in ((1, 0), (2, 0), (1, 1), (0, 2), (2, 1)):
                if members + left > size:
                    continue
                inside, outside = set(range(members)), set(range(members, members + left))
                found = sum(x for y, x in law.items() if inside <= set(y) and not outside & set(y))
                if found != evaluate(chance_of(members, left), {n: size, b: drawn}):
                    return False
    return True


def expect_mini_batches(claim: Claim) -> None:
    """The claim's region implies 1 <= b <= n - 1, for every n: so some batch splits any two indices.

    The two bounds stand here in their own right; whatever the claim says must imply them.
    """
    expect_implied(Ge(b, 1), claim.region)
    expect_implied(Ge(n - b, 1), claim.region)
    top, bottom = chance_of(1, 1).as_numer_denom()
    expect_zero(top * n * (n - 1) - bottom * b * (n - b), "p n (n-1) = b (n-b), factors >= 1")
