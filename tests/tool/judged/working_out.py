"""The battery of what is written and not worked out: the tables of its tests, and the parts one by one."""

from __future__ import annotations

from types import ModuleType

from theorem_audit.tests import test_worked_out as told


def parts_are_worked_out(judge: ModuleType) -> None:
    """What is worked out by hand, and what is left as it stood."""
    for written, out in told.WORKED_OUT:
        found = judge.worked_out(written)
        assert found == out or (found - out).expand() == 0, written
    for part in (*told.LEFT, *told.NO_LIMIT):
        assert judge.worked_out(part) == part, part
    for part, out in told.IN_PART:
        assert judge.worked_out(part) == out, part
    for matrix, value in told.DETERMINANTS:
        found = judge.determinant(matrix)
        assert found == value if value is None else (found - value).expand() == 0, matrix


__all__ = ["parts_are_worked_out"]
