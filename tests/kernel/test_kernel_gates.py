"""Claims whose generated statements are theorems of Coq; and their neighbours, which are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, Ne, Rational

from formal.tie.build import build, expect_kernel, gate, rule_on_gates
from formal.tie.phrases import spoken
from theorem_audit import Absent, Inconclusive, evidence
from theorem_audit.exact.zero import relations
from theorem_audit.kernel import NoPhrase, rule, toolchain
from theorem_audit.statement.claim import Assumption, Claim
from theorem_audit.statement.vocabulary import Item
from theorem_audit.tests.thorough import thorough_but
from theory import claims
from theory import vocabulary as words
from theory.minibatch.capture import growth, theta
from theory.minibatch.reach import final_ratio, schedule_probability
from theory.minibatch.sparse import block_length, limit_winner, p_sparse, rate
from theory.model.spectrum import mean_active, trace
from theory.notation import S, a, b, delta, delta_next, n, p, r2, rho, s, s_next
from theory.quadratic import gram_thresholds as gram
from theory.quadratic.second_moment import C, N, kappa
from theory.walks.random_walk import increment, jump

HALF = Rational(1, 2)
SUN = Item(
    "weather", "good", "the sun shines", r"\odot", unread="a word that Coq has no phrase for"
)


# Each gate decides the whole statement, whatever the steps of the claim's other proof are


@evidence("GRAD", "kernel")
def test_grad_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("STEP", "kernel")
def test_step_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("BAND-WIDE", "kernel")
def test_band_wide_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("ENTRY", "kernel")
def test_entry_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("RADIUS-TWO", "kernel")
def test_radius_two_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("GD-DIRECTION", "kernel")
def test_gd_direction_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("GD-CONVERGES", "kernel")
def test_gd_converges_in_the_kernel(claim: Claim) -> None:
    """The one-step formula, and every run to its limit: the direction of the start on the active data."""
    expect_kernel(claim)


@evidence("MASS-FLOOR", "kernel")
def test_mass_floor_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("WALK-DRIFT", "kernel")
def test_walk_drift_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("CAPTURE", "kernel")
def test_capture_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("REACH", "kernel")
def test_reach_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("SGD-SPARSE", "kernel")
def test_sgd_sparse_in_the_kernel(claim: Claim) -> None:
    """Linear and ReLU at once: the statement holds for every activation with its gate."""
    expect_kernel(claim)


@evidence("SPARSE-RATE", "kernel")
def test_sparse_rate_in_the_kernel(claim: Claim) -> None:
    """The finite form with its rate, uniform in the horizon."""
    expect_kernel(claim)


@evidence("SPARSE-TIME", "kernel")
def test_sparse_time_in_the_kernel(claim: Claim) -> None:
    expect_kernel(claim)


@evidence("NHRW", "kernel")
def test_nhrw_in_the_kernel(claim: Claim) -> None:
    """Every past-dependent law on a finite alphabet, and the mean of min(tau, K) for every K."""
    expect_kernel(claim)


@evidence("TRACE", "kernel")
def test_trace_in_the_kernel(claim: Claim) -> None:
    """On the cell of the active data, where a ReLU neuron's loss at an inactive one is constant."""
    expect_kernel(claim)


@evidence("Q-GRAM", "kernel", step=("batch", "map", "modes", "reduction"))
def test_q_gram_in_the_kernel(claim: Claim) -> None:
    """From the gradients, subsets and words; all but the threshold, of which the statement says nothing."""
    expect_kernel(claim)


# Neighbours: each is a claim object changed in one place, and none passes its gate


def _formula(name: str, change: Callable[[Claim], object]) -> Claim:
    claim = claims[name]
    return replace(claim, formula=change(claim))  # type: ignore[arg-type]


def _equation(name: str, symbol: object, change: Callable[[object], object]) -> Claim:
    """The claim with the right side of its equation for ``symbol`` changed."""
    claim = claims[name]
    parts = [
        Eq(x.lhs, change(x.rhs)) if isinstance(x, Eq) and x.lhs == symbol else x
        for x in relations(claim.formula)
    ]
    return replace(claim, formula=And(*parts, evaluate=False) if len(parts) > 1 else parts[0])


def _sampling_with_replacement(name: str) -> Claim:
    claim = claims[name]
    changed = tuple(
        Assumption("with replacement", x.condition, item=words.WITH_REPLACEMENT)
        if x.name == "without replacement" else x
        for x in claim.assumptions
    )  # fmt: skip
    return replace(claim, assumptions=changed)


def _split() -> Expr:
    return next(
        x.condition.rhs for x in claims["CAPTURE"].assumptions if x.name == "split probability"
    )


SPARSE_NEIGHBOURS: dict[str, Callable[[], Claim]] = {
    "b <= n": lambda: claims["SGD-SPARSE"].widened("without replacement", And(Le(1, b), Le(b, n))),
    "a <= 3/5": lambda: claims["SGD-SPARSE"].widened(
        "step size", And(Gt(a, 0), Le(a, Rational(3, 5)))
    ),
    "a <= 1/2": lambda: claims["SGD-SPARSE"].widened("step size", And(Gt(a, 0), Le(a, HALF))),
    "radius 3": lambda: claims["SGD-SPARSE"].widened("radius", And(Gt(r2, 0), Lt(r2, 3))),
    "no live coordinate": lambda: claims["SGD-SPARSE"].without("live coordinate"),
    "with replacement": lambda: _sampling_with_replacement("SGD-SPARSE"),
    "any data": lambda: claims["SGD-SPARSE"].without("orthonormal data"),
    "any batch size": lambda: claims["SGD-SPARSE"].widened("without replacement", None),
    "any step size": lambda: claims["SGD-SPARSE"].without("step size"),
    "any radius": lambda: claims["SGD-SPARSE"].without("radius"),
    "limit 2": lambda: _equation("SGD-SPARSE", limit_winner, lambda _: Rational(2)),
    "probability 999/1000": lambda: _equation(
        "SGD-SPARSE", p_sparse, lambda _: Rational(999, 1000)
    ),
}
NEIGHBOURS: dict[str, Callable[[], Claim]] = {
    "GRAD sign": lambda: _formula("GRAD", lambda c: Eq(c.formula.lhs, -c.formula.rhs)),
    "GRAD data of any length": lambda: claims["GRAD"].without("unit data"),
    "STEP any data": lambda: claims["STEP"].without("orthonormal data"),
    "BAND-WIDE a <= 11/20": lambda: claims["BAND-WIDE"].widened("step size", Le(a, Rational(11, 20))),
    "BAND-WIDE narrower": lambda: _formula(
        "BAND-WIDE", lambda c: And(Lt(-1, delta_next), Le(delta_next, Rational(37, 100) * a))
    ),
    "ENTRY from a/5": lambda: claims["ENTRY"].widened("above the band", delta >= a / 5),
    "ENTRY no upper end": lambda: claims["ENTRY"].without("upper end"),
    "RADIUS-TWO any radius": lambda: claims["RADIUS-TWO"].without("radius"),
    "RADIUS-TWO a <= 1": lambda: claims["RADIUS-TWO"].widened("step size", And(Gt(a, 0), Le(a, 1))),
    "RADIUS-TWO no mass": lambda: claims["RADIUS-TWO"].widened("batch mass", And(Le(0, S), Le(S, 2))),
    "GD-DIRECTION any batch": lambda: claims["GD-DIRECTION"].without("full batch"),
    "GD-DIRECTION any coordinate": lambda: claims["GD-DIRECTION"].without("active coordinate"),
    "GD-DIRECTION other factor": lambda: _equation("GD-DIRECTION", s_next, lambda x: x.subs(rho, 0)),
    "GD-CONVERGES any batch": lambda: claims["GD-CONVERGES"].without("full batch"),
    "GD-CONVERGES a <= 1/2": lambda: claims["GD-CONVERGES"].widened(
        "step size", And(Gt(a, 0), Le(a, HALF))
    ),
    "GD-CONVERGES radius 5/2": lambda: claims["GD-CONVERGES"].widened(
        "radius", Le(s + rho, Rational(5, 2))
    ),
    "GD-CONVERGES no mass": lambda: claims["GD-CONVERGES"].widened("start", And(Ge(s, 0), Ge(rho, 0))),
    "MASS-FLOOR any radius": lambda: claims["MASS-FLOOR"].without("radius"),
    "MASS-FLOOR a S <= 2": lambda: claims["MASS-FLOOR"].widened(
        "step size", And(Gt(a, 0), Le(a * S, 2))
    ),
    "WALK-DRIFT p": lambda: _equation("WALK-DRIFT", p, lambda x: x * (n - 1) / n),
    "WALK-DRIFT any pair": lambda: claims["WALK-DRIFT"].without("live pair"),
    "WALK-DRIFT any factors": lambda: claims["WALK-DRIFT"].without("positive factors"),
    "NHRW jumps of any length": lambda: claims["NHRW"].without("bounded jumps"),
    "NHRW any drift": lambda: claims["NHRW"].without("outward drift"),
    "NHRW any second moment": lambda: claims["NHRW"].without("second moment bounded below"),
    "NHRW any set": lambda: claims["NHRW"].without("in the band"),
    "NHRW half the time": lambda: _formula("NHRW", lambda c: Le(c.formula.lts, c.formula.gts / 2)),
    "NHRW J of any sign": lambda: claims["NHRW"].widened("bounded jumps", Le(increment**2, jump**2)),
    "TRACE anywhere": lambda: claims["TRACE"].without("minimum"),
    "TRACE flatter": lambda: _equation("TRACE", trace, lambda x: x - 1 / n),
    "TRACE other mean": lambda: _equation("TRACE", mean_active, lambda x: n / 2),
    "CAPTURE faster": lambda: _equation("CAPTURE", growth, lambda x: 2 * x - 1),
    "CAPTURE twice p": lambda: claims["CAPTURE"].widened("split probability", Eq(p, 2 * _split())),
    "CAPTURE any p": lambda: claims["CAPTURE"].without("split probability"),
    "CAPTURE wherever U <= 1": lambda: _equation("CAPTURE", theta, lambda _: Rational(1)),
    "CAPTURE no floor": lambda: claims["CAPTURE"].without("mass kept"),
    "CAPTURE b <= n": lambda: claims["CAPTURE"].widened("without replacement", And(Le(1, b), Le(b, n))),
    "REACH faster": lambda: _formula(
        "REACH",
        lambda c: And(*(
            Le(x.lts, x.gts / 2) if x.has(final_ratio) else x for x in relations(c.formula)
        )),
    ),
    "REACH more often": lambda: _equation("REACH", schedule_probability, lambda x: 2 * x),
    "REACH b <= n": lambda: claims["REACH"].widened("without replacement", And(Le(1, b), Le(b, n))),
    "REACH unconfined": lambda: claims["REACH"].without("slack kept"),
    "SPARSE-RATE faster": lambda: _equation("SPARSE-RATE", rate, lambda x: 2 * x - 1),
    "SPARSE-RATE any rounds": lambda: claims["SPARSE-RATE"].without("rounds"),
    "SPARSE-RATE shorter blocks": lambda: _equation("SPARSE-RATE", block_length, lambda x: x / (n - 1)),
    "SPARSE-TIME a <= 1/4": lambda: claims["SPARSE-TIME"].widened(
        "step size", And(Gt(a, 0), Le(a, Rational(1, 4)))
    ),
    "SPARSE-TIME twice p": lambda: claims["SPARSE-TIME"].widened("split probability", Eq(p, 2 * _split())),
    "Q-GRAM moments of two": lambda: _equation("Q-GRAM", gram.off, lambda x: x * (N - 1) / N),
    "Q-GRAM moments of one": lambda: _equation("Q-GRAM", gram.on, lambda x: x.subs(kappa, 1)),
    "Q-GRAM half the noise": lambda: _equation("Q-GRAM", gram.image, lambda x: x.subs(kappa, kappa / 2)),
    "Q-GRAM longer steps": lambda: _equation("Q-GRAM", gram.image, lambda x: x.subs(C, 2 * C)),
    "Q-GRAM other modes": lambda: _equation("Q-GRAM", gram.d_ab, lambda x: x.subs(kappa, 0)),
    "Q-GRAM twice T": lambda: _equation("Q-GRAM", gram.tau, lambda x: 2 * x),
    # b > n: no subset has so many indices
    "Q-GRAM no noise": lambda: claims["Q-GRAM"].without("noise"),
    "Q-GRAM at a pole": lambda: claims["Q-GRAM"].without("no pole"),
    "Q-GRAM no pole of full batches": lambda: claims["Q-GRAM"].widened(
        "no pole", Ne(gram.l_a + gram.l_b, 0)
    ),
    "SPARSE-TIME off the span": lambda: claims["SPARSE-TIME"].without("in the span"),
}  # fmt: skip
ON_ORTHONORMAL_DATA = sorted(
    name for name in spoken() if "orthonormal data" in {x.name for x in claims[name].assumptions}
)


def _refused(claim: Claim) -> None:
    try:
        place = build()
    except Absent as absent:
        pytest.skip(str(absent))
    found = rule(gate(claim), place)
    assert found.says == "refused", found  # neither proved nor ill-typed: the statement is one


# Without THOROUGH=1 one neighbour a claim: each is some three seconds of Coq.
QUICK = {x.split()[0]: x for x in reversed(NEIGHBOURS)}.values()


@pytest.mark.parametrize("name", thorough_but(SPARSE_NEIGHBOURS, "b <= n", "any data"))
def test_neighbours_of_sgd_sparse_do_not_pass(name: str) -> None:
    _refused(SPARSE_NEIGHBOURS[name]())


@pytest.mark.parametrize("name", thorough_but(NEIGHBOURS, *QUICK))
def test_neighbours_do_not_pass(name: str) -> None:
    _refused(NEIGHBOURS[name]())


@pytest.mark.parametrize("name", thorough_but(ON_ORTHONORMAL_DATA, "STEP"))
def test_no_claim_on_orthonormal_data_passes_for_any_data(name: str) -> None:
    assert (
        len(ON_ORTHONORMAL_DATA) == len(spoken()) - 3
    )  # GRAD has one sample, NHRW none, Q-GRAM any
    _refused(claims[name].without("orthonormal data"))


def test_a_build_rules_on_the_gates_and_tells_what_is_not_proved() -> None:
    """Of ``make formal``: evidence that comes after it reads these very rulings, and asks Coq nothing."""
    try:
        place = build()
    except Absent as absent:
        pytest.skip(str(absent))
    grad = claims["GRAD"]
    more = replace(grad, assumptions=(*grad.assumptions, Assumption("good weather", item=SUN)))
    assert rule_on_gates(place, {"GRAD": grad}, 1) == []
    assert rule(gate(grad), place).cached
    wrong = NEIGHBOURS["GRAD sign"]()
    assert rule_on_gates(place, {"GRAD": wrong}, 1)[0].startswith("GRAD: refused: bridge: line ")
    assert rule_on_gates(place, {"GRAD": more}, 1)[0].startswith("GRAD: no Coq statement: ")


def test_a_mean_over_batches_is_not_said_for_batches_of_another_law() -> None:
    for name in ("WALK-DRIFT", "CAPTURE", "REACH", "SPARSE-RATE", "SPARSE-TIME"):
        gate(claims[name])
        for other in (None, words.WITH_REPLACEMENT, words.CYCLIC):
            with pytest.raises(NoPhrase, match=r"uniform|has no phrase"):
                gate(claims[name].with_item(words.UNIFORM, other))


def test_q_gram_is_said_for_independent_batches_alone() -> None:
    gate(claims["Q-GRAM"])
    for other in (None, words.UNIFORM, words.CYCLIC, words.WITH_REPLACEMENT):
        with pytest.raises(NoPhrase, match=r"independent batches|has no phrase"):
            gate(claims["Q-GRAM"].with_item(words.INDEPENDENT, other))


def test_a_mean_over_starts_is_not_said_for_starts_of_another_law() -> None:
    with pytest.raises(NoPhrase, match="fair signs"):
        gate(claims["TRACE"].without("symmetric start"))


def test_an_assumption_without_a_phrase_is_an_error() -> None:
    claim = claims["GRAD"]
    more = replace(claim, assumptions=(*claim.assumptions, Assumption("good weather", item=SUN)))
    with pytest.raises(NoPhrase, match="good weather"):
        gate(more)


TAKEN = {"SPARSE-RATE": ("exponent", "split probability")}  # the conclusion takes g and p from them


@pytest.mark.parametrize("name", spoken())
def test_dropping_an_assumption_drops_its_phrase(name: str) -> None:
    whole = gate(claims[name]).statement
    for assumption in claims[name].assumptions:
        laws = (words.UNIFORM, words.FULL, words.SIGN_SYMMETRIC, words.INDEPENDENT)
        if assumption.item in laws:
            continue  # without it nothing is said at all: see the test of laws above
        less = claims[name].without(assumption.name)
        if assumption.name in TAKEN.get(name, ()):
            with pytest.raises(NoPhrase, match="no condition says"):
                gate(less)
            continue
        assert len(gate(less).statement) < len(whole)


def test_without_a_kernel_the_evidence_is_absent_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    build.cache_clear()
    toolchain.version.cache_clear()
    monkeypatch.setenv("PATH", "")
    try:
        with pytest.raises(Absent, match=r"^no coqc"):
            expect_kernel(claims["GRAD"])
    finally:
        build.cache_clear()
        toolchain.version.cache_clear()


def test_a_claim_that_the_kernel_does_not_accept_is_not_refuted_by_it() -> None:
    """It may be true and the bridge too short: inconclusive."""
    try:
        build()
    except Absent as absent:
        pytest.skip(str(absent))
    with pytest.raises(Inconclusive, match="kernel: refused"):
        expect_kernel(NEIGHBOURS["GRAD sign"]())
