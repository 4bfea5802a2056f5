"""What a file declares and its import passes by: evidence or a claim behind an ``if`` that is not so, below
what failed in a ``try``, in a loop over nothing.

The source says what stands at the top of a file, at any depth of such statements, and where what marks and
what makes claims were called is noted as it is imported.  A file that skips itself is imported no further,
and says so.  Not looked at: what stands in a function, what a helper with words of its own makes, and a mark
within an expression (``x if y else z``) of a file that has no such statement.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

from sympy import And

from theorem_audit.unreached import declaring, marking

# (module, file) -> the lines of it at which claims were made, or functions marked.
_CAME: dict[tuple[str, str], set[int]] = {}
# Where a file has none of these at its top, its import comes to all that stands there.
_BRANCHES = re.compile(r"^(?:if|for|while|with|try|match|class)\b", re.MULTILINE)
_WHY = "an `if` that is not so, a `try` that failed, a loop over nothing"


def came_by(frame: FrameType | None) -> None:
    """Note where the files that are imported stand now, from a frame upwards."""
    while frame is not None:
        named = frame.f_globals
        if isinstance(file := named.get("__file__"), str):
            _CAME.setdefault((str(named.get("__name__")), file), set()).add(frame.f_lineno)
        frame = frame.f_back


def marks_passed_by(module: ModuleType, mark: Callable[..., Any]) -> str:
    """What to say of the first evidence of a module that its import passed by; empty where there is none.

    mark: what marks.  Where another function of that name was marked (in an ``else``) nothing is said.
    """
    called = {name for name, value in vars(module).items() if value is mark}
    # What a call of the mark gives: one that knows its claim, which another file may have bound.
    given = [x for x in mark.__code__.co_consts if isinstance(x, CodeType)]
    made = {name for name, x in vars(module).items() if getattr(x, "__code__", None) in given}
    tree = _tree(
        module, lambda text: bool(made or "evidence" in text) and bool(_BRANCHES.search(text))
    )
    is_mark = marking(tree, called)
    made |= _bound(tree, lambda x: isinstance(x, ast.Call) and is_mark(x.func))
    for node, uses in _uses(tree, is_mark, made):
        name = getattr(node, "name", "")
        known = getattr(vars(module).get(name), "evidence_marks", ())
        if not known and not _came(module, uses):
            return (
                f"{module.__name__}{f'.{name}' if name else ''} (line {uses.lineno}) is marked as evidence, "
                f"and the import passes it by ({_WHY}): nothing would find it. What cannot be run here raises "
                "Absent as it runs; a file that is left out says so by pytest.importorskip"
            )
    return ""


def claims_passed_by(name: str, known: Iterable[str]) -> str:
    """What to say of the first claim of a module that its import passed by, or of which SymPy left a part out.

    name: the module's; known: the ids of the claims that it made.  Empty where there is nothing to say.
    """
    from theorem_audit.statement.claim import Claim

    module = sys.modules.get(name)
    if not isinstance(module, ModuleType):
        return ""
    tree = _tree(module, lambda text: "Claim" in text)
    is_claim = declaring(tree)
    held = {x.id: x for x in vars(module).values() if isinstance(x, Claim)}
    made = {*known, *held}
    for node in _at_top(tree):
        if not isinstance(node, ast.Call) or not is_claim(node):
            continue
        claim_id = _text(_argument(node, 0, "id"))
        if claim_id not in made and not _came(module, node):
            said = f"claim {claim_id}" if claim_id else "a claim"
            return (
                f"{said} stands in {name} (line {node.lineno}), and the import passes it by ({_WHY}): nothing "
                "would find it"
            )
        if claim_id in held and (said := _left_out(node, held[claim_id])):
            return said
    return ""


def _left_out(node: ast.Call, claim: Any) -> str:
    """What to say where SymPy kept fewer conjuncts than the source writes."""
    written = _conjuncts(_argument(node, 2, "formula"))
    # To look at a formula is not to read it.
    kept = len(And.make_args(object.__getattribute__(claim, "formula")))
    if kept >= written:
        return ""
    return (
        f"formula of claim {claim.id}: And(...) is written with {written} conjuncts, and {kept} "
        f"{'is' if kept == 1 else 'are'} left: SymPy evaluated one to true, or two are the same (use "
        "evaluate=False in it, or leave it out)"
    )


def _conjuncts(node: ast.expr | None) -> int:
    """How many conjuncts an expression writes down: one, where it is no ``And``; a star none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        return _conjuncts(node.left) + _conjuncts(node.right)
    if isinstance(node, ast.Call) and _last(node.func) == "And":
        return sum(_conjuncts(x) for x in node.args if not isinstance(x, ast.Starred))
    return 1


def _tree(module: ModuleType, wanted: Callable[[str], bool]) -> ast.Module:
    """The tree of a module's source; an empty one where it has none, or where nothing of it is wanted."""
    file = getattr(module, "__file__", None)
    try:
        source = Path(file).read_bytes() if isinstance(file, str) else b""
        return ast.parse(source if wanted(source.decode("utf-8", "replace")) else b"")
    except (OSError, SyntaxError, ValueError):
        return ast.parse("")  # compiled, or edited since


def _came(module: ModuleType, node: ast.expr) -> bool:
    """Whether the import came to a call, or to a decorator."""
    begins = node.func if isinstance(node, ast.Call) else node
    lines = _CAME.get((module.__name__, str(module.__file__)), set())
    return not lines.isdisjoint(range(node.lineno, (begins.end_lineno or node.lineno) + 1))


def _at_top(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a file that stand in no function's body."""
    yield node
    within = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for name, value in ast.iter_fields(node):
        if within and name == "body":
            continue
        for below in value if isinstance(value, list) else [value]:
            if isinstance(below, ast.AST):
                yield from _at_top(below)


def _uses(
    tree: ast.Module, is_mark: Callable[[ast.AST], bool], made: set[str]
) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What a file marks at its top, with the expression that marks it.

    made: names that are bound to a mark which knows its claim.
    """

    def marks(node: ast.expr) -> bool:
        return _name(node) in made or (isinstance(node, ast.Call) and is_mark(node.func))

    for node in _at_top(tree):
        for x in getattr(node, "decorator_list", ()):
            if marks(x):
                yield node, x
        if isinstance(node, ast.Call) and marks(node.func):
            yield node, node


def _bound(tree: ast.Module, wanted: Callable[[ast.expr], bool]) -> set[str]:
    """The names that a file binds to what is wanted."""
    found = (x for x in _at_top(tree) if isinstance(x, ast.Assign) and wanted(x.value))
    return {name for x in found for target in x.targets if (name := _name(target))}


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    given = {x.arg: x.value for x in call.keywords}
    return given.get(name, call.args[place] if len(call.args) > place else None)


def _text(node: ast.expr | None) -> str:
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else _name(node)


__all__ = ["came_by", "claims_passed_by", "marks_passed_by"]
