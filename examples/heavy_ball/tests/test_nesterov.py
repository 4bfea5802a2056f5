"""Chapter nesterov: the evidence."""

from __future__ import annotations

from pathlib import Path

from sympy import Expr, Rational, discriminant

from heavy_ball.nesterov import q, step
from heavy_ball.notation import beta, disc, eta, h, modulus2, s, z
from tests.consequences import expect_fails, polynomial
from tests.recursions import characteristic
from theorem_audit import evidence, expect, expect_inequality
from theorem_audit.kernel.certify import certificates_of
from theorem_audit.statement import Claim

CERTIFICATES = Path(__file__).parents[1] / "proofs_notes" / "certificates"


def derived() -> dict[Expr, Expr]:
    """Discriminant and product of the roots, from the step: eta = 1/L, h = q L."""
    after = step().subs({eta: 1, h: q, beta: (1 - s) / (1 + s)}).expand()
    found = characteristic(after)
    return {disc: discriminant(found, z), modulus2: found.subs(z, 0)}


def _expect_certified(claim: Claim, symbol: Expr) -> None:
    relation = claim.conjunct(symbol, kind="inequality")
    cleared = polynomial(relation.subs(derived()), (1 + s) ** 2)  # s > 0
    expect_inequality(cleared, claim.region, (s, q))


@evidence("NAG-RATE", "certificate", step="no two real roots")
def test_discriminant_on_the_spectrum(claim: Claim) -> None:
    _expect_certified(claim, disc)


@evidence("NAG-RATE", "certificate", step="modulus")
def test_modulus_on_the_spectrum(claim: Claim) -> None:
    _expect_certified(claim, modulus2)


@evidence("NAG-RATE", "witness", step="modulus")
def test_rate_is_reached_at_mu(claim: Claim) -> None:
    """kappa = 4, h = mu: a double root at 1/2."""
    relation = claim.conjunct(modulus2, kind="inequality")
    at = {s: Rational(1, 2), q: Rational(1, 4)}
    expect(derived()[disc].subs(at) == 0, "a double root", **{str(key): v for key, v in at.items()})
    sides = [side.subs(derived()).subs(at) for side in (relation.lts, relation.gts)]
    expect(sides[0] == sides[1], "reached", found=sides[0], claimed=sides[1])


def _expect_real_roots(claim: Claim, name: str, curvature: Rational) -> None:
    relation = claim.conjunct(disc, kind="inequality")
    at = {s: Rational(1, 2), q: curvature}
    expect_fails(relation.subs(derived()), at, claim.region, claim.condition(name))


@evidence("NAG-RATE", "witness", step="no two real roots", needs="curvature at least mu")
def test_real_roots_below_mu(claim: Claim) -> None:
    _expect_real_roots(claim, "curvature at least mu", Rational(1, 8))


@evidence("NAG-RATE", "witness", step="no two real roots", needs="curvature at most L")
def test_real_roots_above_l(claim: Claim) -> None:
    _expect_real_roots(claim, "curvature at most L", Rational(3, 2))


def test_the_stored_certificates_are_those_of_the_evidence() -> None:
    """`audit certify` writes them anew."""
    stored = {path.stem: path.read_text(encoding="utf-8") for path in CERTIFICATES.glob("*.json")}
    assert stored == {stem: found.to_json() for stem, found in certificates_of("NAG-RATE").items()}
