"""Laws of a batch drawn with replacement, and what the claims about it are read for."""

from __future__ import annotations

from itertools import product

from sympy import Expr, Ge, Gt, Integer, Pow, Sum, Symbol, diff, gammasimp, powsimp, solve, together

from tests.assumptions.sampling_tools import x
from tests.forms import cancel
from tests.inequalities import expect_implied, is_strict
from theorem_audit import expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.sampling import SAMPLING_STEP, m_i, m_j
from theory.notation import S, a, b, n, perp, perp_next, q_j, q_j_next, r2

# The multinomial and binomial laws


def summand(total: Expr) -> tuple[Expr, Expr]:
    """(weight, term) of an expectation that a claim writes as a sum."""
    if not isinstance(total, Sum):
        raise Undecided(f"{total} is no sum over multiplicities")
    weight, term = total.function.as_independent(a, as_Add=False)
    return weight, term


def expect_law(total: Expr, classes: dict[Symbol, Expr]) -> None:
    """The sum's weight is the law of how often b independent indices fall into the classes.

    classes: counted symbol -> chance of one index; the rest of the chance is counted nowhere.
    b = 0 for every n, b -> b + 1 for every n and b by the one more index; checked on all words of b <= 2.
    """
    weight, _ = summand(total)
    counted = list(classes)
    rest = 1 - sum(classes.values())
    none = dict.fromkeys(counted, 0)
    expect_zero(weight.subs({b: 0, **none}, simultaneous=True) - 1, "no index: no counts")
    placed: dict[tuple[int, tuple[int, ...]], Expr] = {}
    for size, points in product(range(3), (2, 5)):
        chances: dict[tuple[int, ...], Expr] = {}
        for word in product(range(len(counted) + 1), repeat=size):
            key = tuple(word.count(k) for k in range(len(counted)))
            letters = [*classes.values(), rest]
            chance = Integer(1)
            for letter in word:
                chance *= letters[letter].subs(n, points)
            chances[key] = chances.get(key, Integer(0)) + chance
        for key, chance in chances.items():
            if (size, key) not in placed:
                at = {b: size, **dict(zip(counted, key, strict=True))}
                placed[size, key] = weight.subs(at, simultaneous=True)
            # counts before n: at n = 2 the power of 1 - 2/n may be 0^0 = 1
            found = placed[size, key].subs(n, points)
            expect(found == chance, "chance of the counts", n=points, b=size, counts=key)
    longer = weight.subs(b, b + 1)
    parts = rest * _quotient(weight, longer)
    for symbol, chance in classes.items():
        parts += chance * _quotient(weight.subs(symbol, symbol - 1), longer)
    expect_zero(parts - 1, "one more index")


def _quotient(one: Expr, two: Expr) -> Expr:
    """Quotient of two weights, a rational function of the counts."""
    for value in (one / two, together(one / two)):
        quotient = cancel(powsimp(gammasimp(value), force=True))
        if not any(not e.exp.is_Integer for e in quotient.atoms(Pow)):
            return quotient
    raise Undecided(f"{one} over {two} is not seen to be rational")


def factors_at_the_point() -> dict[str, Expr]:
    """Factors in one step at x_i, from SAMPLING-STEP: t = 1, S = m_i."""
    at = {S: m_i, r2: 1}
    other = cancel(SAMPLING_STEP.says(q_j_next) / q_j).subs(at)
    own = other.subs(m_j, m_i)
    off = cancel(SAMPLING_STEP.says(perp_next) / perp).subs(at)
    alone = SAMPLING_STEP.says(q_j_next).subs(m_j, m_i).subs({S: m_i * q_j**2, r2: q_j**2})
    return {"ratio": cancel(other / own), "off": off, "radial": diff(alone, q_j).subs(q_j, 1)}


def expect_small_product(claim: Claim, most: Expr) -> Expr:
    """0 < a b < most follows from the claim's region, strictly; returns the claim's own end."""
    expect_implied(Gt(a, 0), claim.region)
    ends = []
    for condition in relations(claim.condition("step size")):
        gap = cancel(difference(condition).subs(a, x / b))
        if gap.free_symbols == {x} and diff(gap, x).is_negative:
            ends.append((solve(gap, x)[0], is_strict(condition)))
    if not ends:
        raise Undecided(f"{claim.region} does not bound a b")
    end, strict = min(ends)
    expect(end < most or (end == most and strict), "a b too large", end=end, most=most)
    return end


def expect_sizes(claim: Claim, least_batch: int) -> None:
    """n >= 2 makes 1 - 2/n a chance, b >= 1 makes the noise: both must be in the region."""
    expect_implied(Ge(n, 2), claim.region)
    expect_implied(Ge(b, least_batch), claim.region)
