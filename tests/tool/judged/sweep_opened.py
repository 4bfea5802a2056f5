"""What cells of a sweep have read is kept with them, and another edition of it is refused."""

from __future__ import annotations

from types import ModuleType

from sim.sweeps.opened import digest
from tests.tool.judged.sweep_tools import numbers, sql, task_of
from tests.tool.judged.tools import folder_in_memory, raises


def opened_is_kept(judge: ModuleType) -> None:
    """What cells have read is kept with them; another edition is refused, before any work and during it."""
    with folder_in_memory() as folder:
        path, data, more = folder / "s.db", folder / "data", folder / "more"
        data.write_text("1")
        more.write_text("1")
        a, b = str(data), str(more)
        with judge.Store(path) as store:
            assert store.files("c", "1") == {}
            store.look_again("c", "1")
            store.commit([(task_of(0), numbers(0))], [{}])
            assert not sql(path, "select 1 from sqlite_master where name = 'opened'"), (
                "made where it is needed"
            )
            first = digest(a)
            store.commit(
                [(task_of(1), numbers(1)), (task_of(2), numbers(2))],
                [{a: first}, {a: first, b: digest(b)}],
            )
            store.commit(
                [(task_of(3, version="2"), numbers(3)), (task_of(3, cell="d"), numbers(3))],
                [{a: "x"}, {a: "y"}],
            )
            store.commit([(task_of(1), numbers(1))], [{a: first}])
            assert store.files("c", "1") == {a: first, b: digest(b)}
            assert (store.files("c", "2"), store.files("d", "1"), store.files("d", "2")) == (
                {a: "x"},
                {a: "y"},
                {},
            )
            store.look_again("c", "1")
            data.write_text("2")
            said = raises(judge.FileChangedError, lambda: store.look_again("c", "1"))
            assert f"cells of c have read {a}, which is another file by now" in said
            for finished, opened in (
                ([(task_of(5), numbers(5))], [{a: digest(a)}]),
                ([(task_of(5, version="9"), numbers(5)), (task_of(6, version="9"), numbers(6))], [{b: "1"},
                 {b: "2"}]),
            ):  # fmt: skip
                raises(judge.FileChangedError, lambda f=finished, o=opened: store.commit(f, o))
                assert finished[0][0] not in store, "nothing of it is committed"
                assert not store._db.in_transaction
            store.commit([(task_of(7), numbers(7))], [{b: digest(b)}])
            data.write_text("1")
            store.look_again("c", "1")
            data.unlink()
            raises(judge.FileChangedError, lambda: store.look_again("c", "1"))
        for text in (
            "digest = 'x'",
            "version = '7'",
            "cell = 'e'",
            "path = 'p'",
            "checksum = x'00'",
            "checksum = 'text'",
            "path = cast(path as blob)",
            "digest = cast(digest as blob)",
        ):
            sql(path, "pragma wal_checkpoint(truncate)")
            copy = folder / "copy.db"
            copy.write_bytes(path.read_bytes())
            sql(
                copy,
                f"update opened set {text} where cell = 'd'",
                "pragma wal_checkpoint(truncate)",
            )
            with judge.Store(copy) as store:
                cell, version = (
                    ("e" if "cell" in text else "d"),
                    ("7" if "version" in text else "1"),
                )
                said = raises(
                    judge.StoreDamagedError,
                    lambda s=store, c=cell, v=version: s.files(c, v),
                )
                (row,) = sql(
                    copy, f"select cell, version, path, digest from opened where cell = '{cell}'"
                )
                assert f"does not match its checksum: {row})" in said
                assert store.files("c", "2") == {a: "x"}
        assert judge.checksum(["a", "b"]) != judge.checksum(["ab"])
        row = ["c", "1", "p", "d"]
        whole = [*row, judge.checksum(row)]
        assert judge.names_a_file(whole)
        for k in range(5):
            for other in (b"c", 1, "x", None):
                assert not judge.names_a_file([*whole[:k], other, *whole[k + 1 :]])
        for size in (3, 5):
            other = [*row, "e"][:size]
            assert not judge.names_a_file([*other, judge.checksum(other)])
        many = {f"/{k}": "x" for k in range(5)}
        with judge.Store(folder / "many.db") as store:
            store.commit([(task_of(1), numbers(1))], [many])
            assert "have read /0, /1, /2, which" in raises(
                judge.FileChangedError, lambda: store.look_again("c", "1")
            )
