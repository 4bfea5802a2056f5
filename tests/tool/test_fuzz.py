"""Random and half-right input: never a traceback of ours, never a wrong acceptance.

Certificates, ledgers, stores, notes and Coq exports; receipts are in test_receipt.py,
statement objects in test_fuzz_statements.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Poly, Rational, symbols

from sim import SerialExecutor, load, sweep
from sim.sweeps.store import StoreError
from sim.tests import sweep_stubs
from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.kernel import certificates
from theorem_audit.report.load import UnreadableRun, load_run, with_variants
from theorem_audit.report.mathematics import mathml, note_html
from theorem_audit.report.notes import BrokenMarks, refreshed
from theorem_audit.tests.thorough import IN_CI
from theory import claims

X, Y = symbols("x y")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def kept(run_file: Path) -> str:
    return run_file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


# --- certificates -----------------------------------------------------------------------------

TERM = st.tuples(st.lists(st.integers(0, 2), min_size=2, max_size=2),
                 st.fractions(-3, 3).map(lambda f: f"{f.numerator}/{f.denominator}"))  # fmt: skip
TERMS = st.lists(TERM.map(list), max_size=4)
TREE = st.recursive(st.none(), lambda t: st.tuples(st.integers(0, 1), t, t).map(list), max_leaves=6)


@given(polynomial=TERMS, low=TERMS, high=TERMS, tree=TREE | JSON)
def test_no_certificate_is_accepted_of_what_is_negative(
    polynomial: Any, low: Any, high: Any, tree: Any
) -> None:
    """Well-formed or not, with any bounds: where it is accepted, P >= 0 at points of the box."""
    first = [[t for t in side if not any(t[0])] for side in (low, high)]
    second = [[t for t in side if not t[0][1]] for side in (high, low)]
    made = Certificate(("x", "y"), polynomial, (first, second), tree)
    try:
        check_certificate(made)
    except InvalidCertificate:
        return

    def value(terms: Any, at: tuple[Any, Any]) -> Rational:
        return sum((Rational(c) * at[0] ** e[0] * at[1] ** e[1] for e, c in terms), Rational(0))

    for u in (Rational(0), Rational(1, 3), Rational(1)):
        x = (1 - u) * value(first[0], (0, 0)) + u * value(first[1], (0, 0))
        for v in (Rational(0), Rational(1, 2), Rational(1)):
            y = (1 - v) * value(second[0], (x, 0)) + v * value(second[1], (x, 0))
            assert value(polynomial, (x, y)) >= 0, (x, y)


@given(JSON)
def test_no_json_is_a_certificate_by_chance(data: Any) -> None:
    for text in (json.dumps(data), json.dumps({"schema": 1, "symbols": data, "polynomial": data,
                                               "box": data, "tree": data})):  # fmt: skip
        try:
            made = Certificate.from_json(text)
        except InvalidCertificate:
            continue
        try:
            check_certificate(made)
        except InvalidCertificate:
            continue
        assert not made.polynomial, "only the empty polynomial, which is 0, has such a proof"


@given(polynomial=TERMS, tree=TREE)
def test_an_export_for_coq_states_the_certificates_own_polynomial(
    polynomial: Any, tree: Any
) -> None:
    polynomial = [[list(e), c] for e, c in {tuple(e): c for e, c in polynomial}.items()]
    unit = [[[], [[[0, 0], "1/1"]]]] * 2
    made = Certificate(("x", "y"), polynomial, unit, tree)
    text = certificates.export({"nonnegative": made})
    assert "Admitted" not in text
    assert "Axiom" not in text
    said = certificates.read_back(certificates.statement(made))
    form = Poly({tuple(e): Rational(c) for e, c in polynomial} or {(0, 0): 0}, X, Y, domain="QQ")
    kept = {tuple(e): Rational(c) for e, c in said.polynomial}
    assert Poly(kept or {(0, 0): 0}, X, Y, domain="QQ") == form
    assert certificates.same(said, made)


# --- ledgers ----------------------------------------------------------------------------------


@IN_CI
@given(
    data=JSON, place=st.sampled_from(["", "claims", "evidence", "verdict", "sources", "versions"])
)
def test_no_json_breaks_the_reader_of_ledgers(
    data: Any, place: str, folder: Path, kept: str
) -> None:
    run = json.loads(kept)
    if place == "evidence":
        run["claims"][0]["evidence"] = data
    elif place == "verdict":
        run["claims"][0]["verdict"] = data
    elif place:
        run[place] = data
    path = folder / "run.json"
    path.write_text(json.dumps(run if place else data), encoding="utf-8")
    for read in (load_run, lambda p: with_variants(json.loads(kept), p)):
        try:
            read(path)
        except UnreadableRun as error:
            assert str(path) in str(error)


@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_ledgers(data: bytes, folder: Path) -> None:
    path = folder / "bytes.json"
    path.write_bytes(data)
    with pytest.raises(UnreadableRun):
        load_run(path)


# --- stores -----------------------------------------------------------------------------------


@given(
    places=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_a_store_with_changed_bytes_gives_its_numbers_or_says_so(places: Any, folder: Path) -> None:
    path = folder / "s.db"
    if not path.exists():
        sweep(sweep_stubs.GRID, seeds=1, store=path, cell=sweep_stubs.measure,
              executor=SerialExecutor())  # fmt: skip
    right = {str(r.settings): r.values["draws"].tolist() for r in load(path)}
    data = bytearray(path.read_bytes())
    for place, value in places:
        data[place % len(data)] = value
    other = folder / "changed.db"
    for file in folder.glob("changed.db*"):
        file.unlink()
    other.write_bytes(data)
    try:
        found = {str(r.settings): r.values["draws"].tolist() for r in load(other)}
    except (StoreError, ValueError):  # damaged, no store, or no cell left in it
        return
    assert all(right.get(key) == value for key, value in found.items())


# --- notes ------------------------------------------------------------------------------------

MARKUP = st.lists(
    st.sampled_from(["$", "$$", "\n", "# x", "\\text{", "}", "<script>", "</math>", "<!-- ", " -->",
                     "statement:GRAD", "`", "|", "\\frac", "{", "é", "[a](javascript:x)", "&lt;"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(MARKUP | st.text(max_size=30))
def test_no_text_breaks_a_note_or_becomes_markup(text: str) -> None:
    for shown in (str(note_html(text)), str(mathml(text))):
        assert "<script" not in shown.lower()
        assert 'href="javascript' not in shown.lower()
    try:
        refreshed(text, claims)
    except KeyError as error:
        assert "names no claim" in str(error)
    except BrokenMarks as error:
        assert "statement" in str(error)
