"""Every claim has a search for counterexamples, or one line why runs cannot reach it."""

from __future__ import annotations

from tests.falsify.model import test_model
from tests.falsify.sums import test_quad
from tests.falsify.walks import test_walks
from theorem_audit.doubt.falsify import tables
from theory import claims


def test_every_claim_is_searched_or_says_why_not() -> None:
    searches, reasons = tables()
    assert set(searches) | set(reasons) == set(claims)
    assert all(reason.strip() for reason in reasons.values())


def test_the_searches_speak_of_chapters_that_exist() -> None:
    """A chapter that is called otherwise would leave its test with nothing to look at."""
    known = {claim.chapter for claim in claims.values()}
    for module in (test_model, test_quad, test_walks):
        assert set(module.CHAPTERS) <= known, module.__name__
