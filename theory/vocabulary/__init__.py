"""The closed list of words that statements are made of, beside conditions between symbols.

Each kind says what its items are asked with: data are n points of R^d, a way of drawing batches is a
conditional law given the past, a law of starts is an array of draws, and so on.  Drawing is exact, in
rationals, where the thing is exact.  Nothing here shares code with ``sim``.
"""

from theory.vocabulary.batches import (
    BATCHES,
    CYCLIC,
    FAIR_BATCHES,
    FULL,
    INDEPENDENT,
    RESHUFFLED,
    UNIFORM,
    WITH_REPLACEMENT,
)
from theory.vocabulary.conclusions import (
    DEGREE_ZERO,
    FIT,
    FITTED,
    FUNCTION,
    LIMIT,
    SLOW,
    SMALL_STEPS,
    SMALL_STEPS_LATE,
    SMALL_STEPS_LINEAR,
    SMOOTH,
    TWO_COEFFICIENTS,
)
from theory.vocabulary.data import (
    DATA,
    LINEAR,
    NEURON,
    ORTHOGONAL,
    ORTHONORMAL,
    RELU,
    UNIT_DATA,
)
from theory.vocabulary.starts import (
    AT_REST,
    CONVERGES,
    DYNAMICS,
    GAUSSIAN,
    LINEARISED,
    MINIMUM,
    ROTATION_INVARIANT,
    SIGN_SYMMETRIC,
    START,
    STATE,
    STATIONARY,
    VELOCITY,
)

KINDS = (DATA, NEURON, BATCHES, START, VELOCITY, DYNAMICS, STATE, LIMIT, FUNCTION, FIT)

__all__ = [
    "AT_REST",
    "BATCHES",
    "CONVERGES",
    "CYCLIC",
    "DATA",
    "DEGREE_ZERO",
    "DYNAMICS",
    "FAIR_BATCHES",
    "FIT",
    "FITTED",
    "FULL",
    "FUNCTION",
    "GAUSSIAN",
    "INDEPENDENT",
    "KINDS",
    "LIMIT",
    "LINEAR",
    "LINEARISED",
    "MINIMUM",
    "NEURON",
    "ORTHOGONAL",
    "ORTHONORMAL",
    "RELU",
    "RESHUFFLED",
    "ROTATION_INVARIANT",
    "SIGN_SYMMETRIC",
    "SLOW",
    "SMALL_STEPS",
    "SMALL_STEPS_LATE",
    "SMALL_STEPS_LINEAR",
    "SMOOTH",
    "START",
    "STATE",
    "STATIONARY",
    "TWO_COEFFICIENTS",
    "UNIFORM",
    "UNIT_DATA",
    "VELOCITY",
    "WITH_REPLACEMENT",
]
