r"""Theorems about one-dimensional adapted processes, with their hypotheses as data.

Each builder below returns a ``Theorem``: hypotheses in x (position) and D (increment), a conclusion,
and the claim of ``theory/walks/random_walk.py`` that proves it.  ``check(theorem, walk)`` decides every
hypothesis for a given law and names the failing ones with a state where each fails.

    non_confinement       bounded jumps, E[D|past] >= 0, E[D^2|past] >= v    leaves every band
    foster                E[V(X+) - V(X)] <= -eps                            mean hitting time <= V/eps
    recurrence            f(X) a supermartingale, f -> oo, can climb         returns almost surely
    transience            f(X) a supermartingale, lower outside              may never return
    positive_drift        bounded jumps, E[D|past] >= m > 0                  returns with P <= power
    lamperti_*            2x mu_1(x) against mu_2(x)

Reference for all: Menshikov, Popov, Wade, Non-homogeneous Random Walks, CUP, 2017; the proofs
are in ``proofs_notes/walks/random_walk.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Max, Piecewise, Rational, limit, log, oo, sympify

from theorem_audit.exact.zero import as_rational
from theory.walks.walk_law import FiniteLaw, Walk, increment, position
from theory.walks.walk_states import Decision, decide, sign

x, D = position, increment

LOG_RISE = D / x - D**2 / (2 * x**2) + D**3 / (3 * x**3)
"""At least log(x + D) - log(x) for x + D > 0: the gap has derivative y^3/(1+y) in y = D/x."""


@dataclass(frozen=True)
class Hypothesis:
    """One hypothesis: ``expression >= 0`` in the sense of ``kind``, at every state in [low, high].

    kind: ``mean`` (E[expression | past]), ``sure`` (for every possible jump), ``state`` (no jump
    in it), ``strict`` (the same with > 0), ``limit`` (expression -> oo as x -> oo).
    """

    name: str
    kind: str
    expression: Expr
    low: Expr | None = None
    high: Expr | None = None
    text: str = ""


@dataclass(frozen=True)
class Theorem:
    """name, hypotheses, what they give (``conclusion``), and the claim that proves it."""

    name: str
    hypotheses: tuple[Hypothesis, ...]
    conclusion: str
    claim_id: str


@dataclass(frozen=True)
class Report:
    """What ``check`` found, hypothesis by hypothesis."""

    theorem: Theorem
    findings: tuple[tuple[Hypothesis, Decision], ...]

    @property
    def holds(self) -> bool:
        """Every hypothesis is decided and holds, so the conclusion does."""
        return all(found.verdict == "holds" for _, found in self.findings)

    @property
    def failing(self) -> dict[str, Any]:
        """Name -> witness state of each hypothesis that fails."""
        return {h.name: found.witness for h, found in self.findings if found.verdict == "fails"}

    @property
    def undecided(self) -> tuple[str, ...]:
        """Names of the hypotheses that nothing here decides for this law."""
        return tuple(h.name for h, found in self.findings if found.verdict == "undecided")


def check(theorem: Theorem, walk: Walk) -> Report:
    """Decide each hypothesis of ``theorem`` for ``walk``."""
    return Report(theorem, tuple((h, _decide(h, walk)) for h in theorem.hypotheses))


def _decide(hypothesis: Hypothesis, walk: Walk) -> Decision:
    g, low, high = hypothesis.expression, hypothesis.low, hypothesis.high
    if hypothesis.kind == "limit":
        return Decision("holds" if limit(g, x, oo) is oo else "fails", detail=f"{g} as x -> oo")
    if hypothesis.kind in ("mean", "sure"):
        return getattr(walk, f"decide_{hypothesis.kind}")(g, low, high)
    if not hasattr(walk, "states"):
        return Decision("undecided", detail="a condition on all states, from samples at some")
    return decide(g, walk.states.between(low, high), strict=hypothesis.kind == "strict")


def _positive(**values: Any) -> list[Expr]:
    numbers = [sympify(value) for value in values.values()]
    for name, number in zip(values, numbers, strict=True):
        if number.free_symbols or sign(number) != 1:
            raise ValueError(f"{name}={number}: a constant > 0 is needed")
    return numbers


def _bounded(jump: Expr, low: Expr | None = None, high: Expr | None = None) -> Hypothesis:
    return Hypothesis("bounded jumps", "sure", jump**2 - D**2, low, high, f"|D| <= {jump}")


def _rise(f: Expr, rise: Expr | None) -> Expr:
    return f.subs(x, x + D) - f if rise is None else rise


def non_confinement(
    jump: Any, variance: Any, *, low: Any = None, high: Any = None, centre: Any = None
) -> Theorem:
    """NHRW: |D| <= jump, E[D^2 | past] >= variance, and drift >= 0, or away from ``centre`` if given.

    With ``low`` and ``high`` left open the hypotheses are asked everywhere, and the process leaves
    every band.  ``variance`` bounds the conditional second moment.
    """
    jump, variance = _positive(jump=jump, variance=variance)
    if centre is None:
        out = Hypothesis("non-negative drift", "mean", D, low, high, "E[D | past] >= 0")
        conclusion = "limsup X_k = oo almost surely"
    else:
        centre = as_rational(centre)
        out = Hypothesis("outward drift", "mean", (x - centre) * D, low, high)
        conclusion = f"limsup |X_k - {centre}| = oo almost surely"
    if low is not None and high is not None:
        low, high = as_rational(low), as_rational(high)
        o = low if centre is None else centre
        longest = (max(o - low, high - o) + jump) ** 2 / variance
        conclusion = f"the mean exit time from [{low}, {high}] is at most {longest}"
    return Theorem(
        "non-confinement",
        (
            _bounded(jump, low, high),
            out,
            Hypothesis("second moment bounded below", "mean", D**2 - variance, low, high),
        ),
        conclusion,
        "NHRW",
    )


def foster(V: Expr, eps: Any, low: Any) -> Theorem:
    """FOSTER: V(x) >= 0 everywhere and E[V(x + D)] <= V(x) - eps for x >= low."""
    (eps,) = _positive(eps=eps)
    return Theorem(
        "Foster's criterion",
        (
            Hypothesis("V non-negative", "state", V),
            Hypothesis("drift of V", "mean", V - V.subs(x, x + D) - eps, as_rational(low)),
        ),
        f"from x the mean time to go below {low} is at most {V / eps}",
        "FOSTER",
    )


def recurrence(f: Expr, low: Any, *, step: Any, chance: Any, rise: Expr | None = None) -> Theorem:
    """f(X) is a supermartingale on x >= low, f -> oo, and P(D >= step | past) >= chance there.

    The last keeps the process from being stuck in a band (NHRW does as well, where it applies).
    rise: an expression in x and D that is at least f(x + D) - f(x), where f itself is not rational;
    ``LOG_RISE`` for f = log x.
    """
    step, chance = _positive(step=step, chance=chance)
    climbs = Piecewise((1, step <= D), (0, True)) - chance
    low = as_rational(low)
    return Theorem(
        "supermartingale recurrence criterion",
        (
            Hypothesis("supermartingale", "mean", -_rise(f, rise), low),
            Hypothesis("unbounded f", "limit", f),
            Hypothesis("climbs", "mean", climbs, low, text=f"P(D >= {step}) >= {chance}"),
        ),
        f"from every state the process goes below {low} almost surely",
        "SUPERMARTINGALE-CRITERIA",
    )


def transience(f: Expr, low: Any, start: Any, *, rise: Expr | None = None) -> Theorem:
    """f >= 0, f(X) a supermartingale on x >= low, and f(start) < f(x) for every state x < low.

    rise: as in ``recurrence``.
    """
    low, start = as_rational(low), as_rational(start)
    return Theorem(
        "supermartingale transience criterion",
        (
            Hypothesis("f non-negative", "state", f),
            Hypothesis("supermartingale", "mean", -_rise(f, rise), low),
            Hypothesis("lower outside", "strict", f - f.subs(x, start), None, low - 1),
        ),
        f"from {start} the process never goes below {low} with probability at least "
        f"1 - ({f.subs(x, start)})/inf f below {low}",
        "SUPERMARTINGALE-CRITERIA",
    )


def positive_drift(jump: Any, drift: Any, low: Any) -> Theorem:
    """DRIFT-ESCAPE: |D| <= jump and E[D | past] >= drift > 0 for x >= low."""
    jump, drift = _positive(jump=jump, drift=drift)
    low = as_rational(low)
    return Theorem(
        "escape by positive drift",
        (_bounded(jump, low), Hypothesis("positive drift", "mean", D - drift, low)),
        f"from x the process ever goes below {low} with probability at most "
        f"{((jump - drift) / (jump + drift))}^((x - {low})/{jump})",
        "DRIFT-ESCAPE",
    )


def lamperti_transience(jump: Any, eps: Any, low: Any) -> Theorem:
    """2x mu_1(x) >= mu_2(x) + eps for x >= low, with bounded jumps."""
    jump, eps = _positive(jump=jump, eps=eps)
    low = as_rational(low)
    radius = Max(low, 2 * jump, 64 * jump**3 / eps)
    return Theorem(
        "Lamperti's transience criterion",
        (_bounded(jump, low), Hypothesis("drift", "mean", 2 * x * D - D**2 - eps, low)),
        f"x^-g is a supermartingale on x >= {radius}, g = {min(Rational(1), eps / (2 * jump**2))}",
        "SUPERMARTINGALE-CRITERIA",
    )


def lamperti_recurrence(jump: Any, eps: Any, low: Any) -> Theorem:
    """2x mu_1(x) <= mu_2(x) - eps for x >= low, with bounded jumps."""
    jump, eps = _positive(jump=jump, eps=eps)
    low = as_rational(low)
    return Theorem(
        "Lamperti's recurrence criterion",
        (_bounded(jump, low), Hypothesis("drift", "mean", D**2 - 2 * x * D - eps, low)),
        f"{log(x)} is a supermartingale on x >= {Max(low, 2 * jump, 2 * jump**3 / (3 * eps))}, "
        "below which the process goes almost surely",
        "SUPERMARTINGALE-CRITERIA",
    )


def lamperti_positive_recurrence(eps: Any, low: Any) -> Theorem:
    """2x mu_1(x) + mu_2(x) <= -eps for x >= low: Foster's criterion with V = x^2."""
    return foster(x**2, eps, low)


def classify(walk: FiniteLaw) -> str:
    """Lamperti's classification of an irreducible walk on a half-line with a rational law.

    ``transient``, ``null recurrent`` or ``positive recurrent``, by the limits of 2x mu_1 and mu_2 as
    x -> oo.  For rational functions a limit is approached at rate O(1/x), so that the theorems of
    Lamperti (J. Math. Anal. Appl. 1, 1960, 314-330, and 7, 1963, 127-145) decide the boundary cases
    2x mu_1 -> +-mu_2 too: both are null recurrent.

    Raises ValueError when jumps are unbounded, the states bounded, or mu_2 tends to 0: then the
    theorem says nothing.
    """
    if walk.states.high is not oo or walk.states.symbol != x:
        raise ValueError(f"walk.states={walk.states}: positions that go on to oo are needed")
    for size, _ in walk.jumps:
        if limit(abs(size), x, oo) is oo:
            raise ValueError(f"walk.jumps: {size} is unbounded; Lamperti needs bounded jumps")
    pull, spread = limit(2 * x * walk.moment(1), x, oo), limit(walk.moment(2), x, oo)
    if sign(spread) != 1:
        raise ValueError(f"walk.jumps: mu_2 -> {spread}; a positive limit is needed")
    if sign(pull - spread) == 1:
        return "transient"
    return "positive recurrent" if sign(pull + spread) == -1 else "null recurrent"
