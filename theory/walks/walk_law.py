"""Increment laws of one-dimensional adapted processes, and what they say about E[g(x, D) | past].

Three ways to give a law, from most to least knowledge:

FiniteLaw       finitely many jumps with state-dependent probabilities; everything is exact
MomentBounds    proved bounds on |D|, E[D | past], E[D^2 | past], valid whatever the past
SampledMoments  intervals for the same at some states, from a sampler (``sim.problems.walks.sample_moments``)

x is the position (or whatever the law depends on) and D = X_{k+1} - X_k the increment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Integer, Poly, PolynomialError, Rational, Symbol, sympify

from theorem_audit.exact.zero import is_zero
from theory.walks.walk_states import Decision, States, decide, sign

position = Symbol("x", real=True)
increment = Symbol("D", real=True)
Jumps = tuple[tuple[Expr, Expr], ...]


def _jumps(pairs: Any, what: str) -> Jumps:
    jumps = tuple((sympify(size), sympify(chance)) for size, chance in pairs)
    if not jumps or not is_zero(sum(chance for _, chance in jumps) - 1):
        raise ValueError(f"{what}={pairs}: probabilities that sum to 1 are needed")
    return jumps


@dataclass(frozen=True)
class FiniteLaw:
    """Finitely many jumps.

    jumps: pairs (increment, probability), expressions in ``states.symbol``.
    exceptions: state -> its own pairs, for reflecting or other special states.
    Raises ValueError when probabilities do not sum to 1 or are negative at some state.
    """

    states: States
    jumps: Jumps
    exceptions: Mapping[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "jumps", _jumps(self.jumps, "jumps"))
        special = {
            sympify(x): _jumps(pairs, f"exceptions[{x}]") for x, pairs in self.exceptions.items()
        }
        object.__setattr__(self, "exceptions", special)
        for _, chance in self.jumps:
            found = decide(chance, self.states, skip=frozenset(special))
            if found.verdict != "holds":
                raise ValueError(
                    f"jumps: probability {chance} must be >= 0 at every state; "
                    f"{found.verdict} at {self.states.symbol}={found.witness}"
                )
        for state, jumps in special.items():
            if any(sign(chance) not in (0, 1) for _, chance in jumps):
                raise ValueError(f"exceptions[{state}]={jumps}: probabilities must be >= 0")

    def mean(self, g: Expr, jumps: Jumps | None = None) -> Expr:
        """E[g(x, D) | x] away from the exceptions (or for the given jumps)."""
        return sum(
            (chance * g.subs(increment, size) for size, chance in jumps or self.jumps), Integer(0)
        )

    def moment(self, order: int) -> Expr:
        """mu_order(x) = E[D^order | x] away from the exceptions."""
        return self.mean(increment**order)

    def _special(self, states: States) -> dict[Any, Jumps]:
        return {x: j for x, j in self.exceptions.items() if states.low <= x <= states.high}

    def decide_mean(self, g: Expr, low: Expr | None = None, high: Expr | None = None) -> Decision:
        """Whether E[g(x, D) | x] >= 0 at every state in [low, high]."""
        states = self.states.between(low, high)
        for state, jumps in self._special(states).items():
            value = self.mean(g, jumps).subs(self.states.symbol, state)
            if sign(value) == -1:
                return Decision("fails", state, f"E = {value}")
        return decide(self.mean(g), states, skip=frozenset(self.exceptions))

    def decide_sure(self, g: Expr, low: Expr | None = None, high: Expr | None = None) -> Decision:
        """Whether g(x, D) >= 0 for every jump that has positive probability."""
        states, open_one = self.states.between(low, high), None
        cases = [(x, jumps) for x, jumps in self._special(states).items()]
        for state, jumps in cases:
            for size, chance in jumps:
                value = g.subs(increment, size).subs(self.states.symbol, state)
                if sign(chance) == 1 and sign(value) == -1:
                    return Decision("fails", state, f"jump {size} gives {value}")
        for size, chance in self.jumps:
            if chance == 0:
                continue
            found = decide(g.subs(increment, size), states, skip=frozenset(self.exceptions))
            impossible = (
                found.witness is not None
                and sign(chance.subs(self.states.symbol, found.witness)) == 0
            )
            if found.verdict == "fails" and not impossible:
                return Decision("fails", found.witness, f"jump {size}: {found.detail}")
            if found.verdict != "holds":
                open_one = Decision("undecided", found.witness, found.detail)
        return open_one or Decision("holds")


Range = tuple[Expr | None, Expr | None]


@dataclass(frozen=True)
class MomentBounds:
    """Bounds that hold whatever the past, as expressions in ``states.symbol``.

    jump: |D| <= jump.  first, second: (low, high) of E[D | past] and of E[D^2 | past]; None where
    nothing is known.
    """

    states: States
    jump: Expr | None = None
    first: Range = (None, None)
    second: Range = (None, None)

    def decide_mean(self, g: Expr, low: Expr | None = None, high: Expr | None = None) -> Decision:
        """Whether E[g | past] >= 0, for g of degree <= 2 in the increment."""
        states = self.states.between(low, high)
        ends = [self._bound(g, states, side) for side in (0, 1)]
        if ends[0] is not None:
            found = decide(ends[0], states)
            if found.verdict == "holds":
                return found
        if ends[1] is not None:
            found = decide(ends[1], states)
            if found.verdict == "fails":
                return found
        return Decision("undecided", detail=f"the bounds do not settle E[{g}]")

    def _bound(self, g: Expr, states: States, side: int) -> Expr | None:
        """A lower (side 0) or upper (side 1) bound on E[g | past]."""
        try:
            poly = Poly(g, increment)
        except PolynomialError:
            return None
        if poly.degree() > 2:
            return None
        total = poly.coeff_monomial(1)
        for order, ends in ((1, self.first), (2, self.second)):
            factor = poly.coeff_monomial(increment**order)
            if factor == 0:
                continue
            up, down = (decide(s * factor, states).verdict == "holds" for s in (1, -1))
            if not (up or down):
                return None
            end = ends[side if up else 1 - side]
            if end is None:
                return None
            total += factor * end
        return total

    def decide_sure(self, g: Expr, low: Expr | None = None, high: Expr | None = None) -> Decision:
        """Whether g >= 0 for all |D| <= jump, for g concave of degree <= 2 in the increment."""
        states = self.states.between(low, high)
        try:
            poly = Poly(g, increment)
        except PolynomialError:
            poly = None
        concave = poly is not None and poly.degree() <= 2 and (
            decide(-poly.coeff_monomial(increment**2), states).verdict == "holds"
        )  # fmt: skip
        if self.jump is None or not concave:
            return Decision("undecided", detail=f"the bounds do not settle {g}")
        for end in (self.jump, -self.jump):
            found = decide(g.subs(increment, end), states)
            if found.verdict != "holds":  # the bound may be loose: a larger jump need not occur
                return Decision("undecided", found.witness, f"a jump {end} is not excluded")
        return Decision("holds")


@dataclass(frozen=True)
class SampledMoments:
    """Intervals for the first two moments at finitely many states, from a sampler.

    table: state -> (jump, (low, high) of the first moment, (low, high) of the second).
    error: probability that any interval misses (all states together).  "holds" then means: at the
    states looked at, up to ``error``.
    """

    symbol: Symbol
    table: Mapping[Rational, tuple[Expr | None, Range, Range]]
    error: float

    def _each(self, low: Expr | None, high: Expr | None) -> list[tuple[Rational, MomentBounds]]:
        found = [
            (x, MomentBounds(States(self.symbol, x, x), *row))
            for x, row in self.table.items()
            if (low is None or x >= low) and (high is None or x <= high)
        ]
        if not found:
            raise ValueError(f"table: no state was sampled between {low} and {high}")
        return found

    def decide_mean(self, g: Expr, low: Expr | None = None, high: Expr | None = None) -> Decision:
        """Whether E[g | x] >= 0 at every sampled state in [low, high]."""
        return _worst([(x, bounds.decide_mean(g)) for x, bounds in self._each(low, high)])

    def decide_sure(self, g: Expr, low: Expr | None = None, high: Expr | None = None) -> Decision:
        """Whether g >= 0 for all |D| up to the stated jump bound at every sampled state."""
        return _worst([(x, bounds.decide_sure(g)) for x, bounds in self._each(low, high)])


def _worst(found: list[tuple[Rational, Decision]]) -> Decision:
    for verdict in ("fails", "undecided"):
        for state, one in found:
            if one.verdict == verdict:
                return Decision(verdict, state, one.detail)
    return Decision("holds")


Walk = FiniteLaw | MomentBounds | SampledMoments
