"""The numbers of one finished cell as bytes and back, bit for bit.

A line of JSON [[name, dtype, shape], ...], then the arrays in C order, little endian. No pickle: a
store from elsewhere can be read safely. NaN payloads, -0.0 and integer widths survive.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def encode(values: Mapping[str, Any], reserved: Iterable[str] = ()) -> bytes:
    """Give {name: number or array} as bytes; the same values always give the same bytes.

    Raises TypeError or ValueError when a name is not a string, is one of `reserved`, or its value
    is not made of bools, integers or floats.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"a cell must return a dict {{name: number or array}}, not {values!r}")
    header: list[list[Any]] = []
    parts: list[bytes] = []
    for name, value in values.items():
        if not isinstance(name, str) or name in {*reserved, "seed"}:
            raise ValueError(f"output {name!r}: must be a string, not 'seed' nor a setting's name")
        if _masked(value):  # what is below a mask would be kept as if it were none
            raise TypeError(f"output {name!r}={value!r}: some of it is masked")
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"output {name!r}={value!r}: must be made of bools, integers or floats")
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        header.append([name, array.dtype.str, list(array.shape)])
        parts.append(array.tobytes())
    return json.dumps(header).encode() + b"\n" + b"".join(parts)


def _masked(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_masked(x) for x in value if not isinstance(x, bool | int | float))
    return bool(np.ma.is_masked(value))


def decode(payload: bytes) -> dict[str, Any]:
    """Give the values of `encode`; a number comes back as a NumPy scalar."""
    line, _, data = payload.partition(b"\n")
    values, offset = {}, 0
    for name, dtype, shape in json.loads(line):
        size = math.prod(shape)
        array = np.frombuffer(data, dtype=dtype, count=size, offset=offset).reshape(shape)
        offset += array.nbytes
        values[name] = array.copy() if shape else array[()]
    return values
