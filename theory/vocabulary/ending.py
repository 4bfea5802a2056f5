"""Whether runs end where a claim says, and what is left there: of data that need not be orthonormal.

A run's end stands for its limit, as in ``meanings.py``: who plays it sees to that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.vocabulary.meanings import REACHED, Ends, trapped
from theory.vocabulary.telling import told

STILL = 1e-12  # what a run that has come to rest still moves, in floats
Bools = NDArray[np.bool_]


def _either(run: Ends, i: int) -> Bools:
    return np.asarray(trapped(run, 1, i) | trapped(run, -1, i))


EITHER_TRAP = told(
    "P(w_k -> +-x_i/sigma_i)", lambda run: _either(run, 0),
    {"P(w_k -> +-x_j/sigma_j)": lambda run: _either(run, 1),
     "P(w_k does not converge to +-x_i/sigma_i)": lambda run: ~_either(run, 0)},
)  # fmt: skip


def _at(run: Ends, pick: Any) -> Bools:
    gap = ((run.end[:, None, :] - run.data[None, pick]) ** 2).sum(axis=2)
    return np.asarray((gap < REACHED).any(axis=1))


ON_ONE_OF_TWO = told(
    "P(w_k -> x_1 or w_k -> x_2)", lambda run: _at(run, slice(0, 2)),
    {"P(w_k -> x_1)": lambda run: _at(run, slice(0, 1)),
     "P(w_k converges to a point off x_1 and x_2)": lambda run: ~_at(run, slice(0, 2))},
)  # fmt: skip
AT_REST = told(
    "P(w_k converges)", lambda moved: moved < STILL,
    {"P(w_k does not converge)": lambda moved: ~(moved < STILL),
     "P(w_k stays bounded)": lambda moved: np.isfinite(moved)},
)  # fmt: skip


def _along(run: Ends, i: int, square: bool) -> Any:
    x = run.data[i]
    found = (run.end @ x) ** 2
    return found / (x @ x) if square else found


LONGEST_SQUARE = told(
    "lim c_m^2, m the longest datum that is live at the start; all other coordinates tend to 0",
    lambda run: _along(run, -1, square=True),
    {"lim q_m^2": lambda run: _along(run, -1, square=False),
     "lim c_j^2, j another": lambda run: _along(run, 0, square=True)},
)  # fmt: skip
