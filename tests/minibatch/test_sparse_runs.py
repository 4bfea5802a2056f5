"""SGD-SPARSE: starts outside its region that do not converge, and runs from inside that do."""

from __future__ import annotations

from tests.analysis import expect_outside
from tests.obstructions import OBSTRUCTIONS
from theorem_audit import evidence, expect
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory.minibatch.sparse import SGD_SPARSE

# Each hypothesis is needed


FULL, CYCLE, CAUGHT, DEAD = ({name: name} for name in OBSTRUCTIONS)


@evidence(SGD_SPARSE, "witness", step="block", cases=FULL, needs="without replacement")
@evidence(SGD_SPARSE, "witness", step="confine", cases=CYCLE, needs="step size")
@evidence(SGD_SPARSE, "witness", step="confine", cases=CAUGHT, needs="radius")
@evidence(SGD_SPARSE, "witness", step="floor", cases=DEAD, needs="live coordinate")
def test_starts_that_do_not_converge(claim: Claim, case: str) -> None:
    """Exact starts, arbitrarily near the region; each violates only the assumption it is named for."""
    for point, why in OBSTRUCTIONS[case]():
        for assumption in claim.assumptions:
            if assumption.condition is not None and assumption.name != case:
                expect(satisfies(assumption.condition, point), f"{assumption.name} at {point}")
        expect_outside(claim, point, why)


# SGD-SPARSE: played
