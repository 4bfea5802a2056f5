"""What the evidence on full batch shares: the claimed map, the region in halves, real runs."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import And, Expr, Ge, Le, Symbol
from sympy.logic.boolalg import Boolean

from tests.inequalities import end_of, expect_condition, expect_holds, restricted
from tests.reading import expect_items, from_item
from theorem_audit import expect_zero
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory import vocabulary as words
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.notation import a, r2, rho, rho_next, s, s_next

U = 2.0**-53


def full_step() -> dict[Symbol, Expr]:
    """The map that GD-DIRECTION claims."""
    return equated(GD_DIRECTION.formula)


def mass_step() -> dict[Symbol, Expr]:
    """s+ and rho+ of that map."""
    step = full_step()
    return {x: step[x] for x in (s_next, rho_next)}


def expect_every_sample(claim: Claim) -> None:
    """By the way in which batches are drawn each datum is in each of them: P(j in B) = 1."""
    expect_items(claim, words.ORTHONORMAL)
    member = from_item(claim, words.BATCHES, "member")
    expect_zero(member - 1, f"P(j in B) = {member} is not 1")


def expect_linear(claim: Claim) -> None:
    """The claim's gate is open whatever the sign of q_j: the neuron is linear."""
    expect_items(claim, words.LINEAR)


def expect_convergence(claim: Claim) -> None:
    """From every start that the claim admits GD-CONVERGES applies: read as r2 = s + rho, s > 0.

    s > 0 almost surely, as the direction of w_0 has a density (ReLU: given k >= 1).
    """
    expect_every_sample(claim)
    for condition in relations(GD_CONVERGES.region):
        read = condition.subs(s, r2 - rho)
        if read.free_symbols <= {a, r2}:
            expect_condition(claim.region, read, f"{claim.id} uses {GD_CONVERGES.id}")


def in_masses(claim: Claim) -> Boolean:
    """The conditions of the claim's region on a, s and rho."""
    return restricted(claim.region, (a, s, rho))


def halves(claim: Claim) -> Iterator[Boolean]:
    """The region below and above s = 1, where the Lyapunov function has its zero; s <= radius as rho >= 0."""
    top = end_of(claim.condition("radius").subs(rho, 0), s)
    yield Le(s, 1)
    yield And(Ge(s, 1), Le(s, top))


def certify(claim: Claim, relation: Boolean) -> None:
    for half in halves(claim):
        region = And(in_masses(claim), half)
        expect_holds(relation, region, (a, s, rho), derived=mass_step(), factor=a * s, part=half)
