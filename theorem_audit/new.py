"""``audit new ID --chapter NAME``: the stub of a claim, in the three rooms of its chapter.

The stub runs and fails, and its failure says what is missing.  Nothing else needs to be told that
the claim exists.  A chapter in a shelf is named with a dot: ``--chapter model.sphere``.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from theorem_audit.files import bare, in_its_ends, line_end, read_text, write_all
from theorem_audit.kinds import CLAIM_ID
from theorem_audit.project import Project

ID = re.compile(CLAIM_ID)
CHAPTER = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")

THEORY_HEAD = '"""{title}: what this chapter claims, and the derivation it rests on."""\n'
THEORY_NEEDS = {"sympy": ("Eq", "Symbol"), "theorem_audit.statement": ("Claim", "Source")}
THEORY = """

{constant} = Claim(
    id="{id}",
    title="TODO: the subject, in one line that a reader understands",
    formula=Eq(Symbol("left"), Symbol("right")),  # TODO: the statement, a relation between symbols
    source=Source("new", "TODO: the paper and the statement in it, or 'this suite'"),
    bound="exact",  # or "upper", "lower", "statement"
    chapter=__name__,
)
"""
TEST_HEAD = '"""Chapter {chapter}: the evidence."""\n'
TEST_NEEDS = {"theorem_audit": ("evidence",), "theorem_audit.statement": ("Claim",)}
TEST = """

@evidence("{id}", "symbolic")
def test_{name}(claim: Claim) -> None:
    raise NotImplementedError(
        "{id} has no evidence yet: derive the quantity and call expect_identity(claim.formula, ...)"
    )
"""
NOTE_HEAD = "# {title}\n"
NOTE = """
## {id}

<!-- statement:{id} -->
<!-- /statement -->

TODO: the proof, and for each step the test that checks it: `test_{name}`.
"""


class BadClaimName(ValueError):
    """The id or the chapter cannot be used; the message says what can."""


def create(claim_id: str, chapter: str, project: Project, *, new_shelf: bool = False) -> list[Path]:
    """Write the stub of a claim into ``project`` and return the files written: all of them or none.

    claim_id: upper-case words joined by '-'.  chapter: a module name within the theory's package, with
    dots for shelves.  A new chapter (and a new shelf) gets its files; an existing one is appended to, with
    the imports that the stub needs.  new_shelf: a shelf may be begun whose name is nearly that of another.

    Raises BadClaimName, before anything is written, when the id is malformed or taken, or makes a name that
    the chapter has already, when the chapter is no module name or names a module that holds no claim, when
    it would hide another one, when a file of it is no Python, when it would lie outside the project, or when a
    new shelf is called nearly as one that is there.
    """
    if not ID.fullmatch(claim_id):
        raise BadClaimName(f"ID {claim_id!r}: upper-case words joined by '-', such as GD-RATE")
    if not CHAPTER.fullmatch(chapter):
        raise BadClaimName(f"--chapter {chapter!r}: a lower-case module name, such as model.step")
    if any(map(keyword.iskeyword, chapter.split("."))):
        raise BadClaimName(f"--chapter {chapter!r}: a word of Python; no evidence could import it")
    if claim_id in project.claims:
        raise BadClaimName(
            f"ID {claim_id!r}: claimed already, in {project.claims[claim_id].chapter}"
        )
    *shelf, name = chapter.split(".")
    theory = _folder(project, project.import_from("theory", project.theory), "theory")
    tests = _folder(project, project.evidence_package(), "evidence")
    notes = project.path("notes")
    room = theory.joinpath(*shelf, f"{name}.py")
    for depth in range(1, len(shelf) + 1):
        above = theory.joinpath(*shelf[:depth]).with_suffix(".py")
        if above.exists():
            raise BadClaimName(
                f"--chapter {chapter!r}: {_shown(above, project)} is a module; a shelf of its name hides it"
            )
        there = _shelves(theory.joinpath(*shelf[: depth - 1]))
        if shelf[depth - 1] not in there and (near := _near(shelf[depth - 1], there)):
            if not new_shelf:
                raise BadClaimName(
                    f"--chapter {chapter!r}: there is no shelf {'.'.join(shelf[:depth])}; did you mean "
                    f"{'.'.join((*shelf[: depth - 1], near))}? (--new-shelf begins one)"
                )
            break
    known = {claim.chapter for claim in project.claims.values()}
    if room.exists() and chapter not in known:
        raise BadClaimName(
            f"--chapter {chapter!r}: {_shown(room, project)} is no chapter, it declares no claim"
        )
    if room.with_suffix("").is_dir():
        raise BadClaimName(
            f"--chapter {chapter!r}: a shelf; name a chapter in it, such as {chapter}.name"
        )
    words = {
        "id": claim_id,
        "chapter": chapter,
        "title": name.replace("_", " ").capitalize(),
        "constant": claim_id.replace("-", "_"),
        "name": claim_id.lower().replace("-", "_"),
    }
    test = tests.joinpath(*shelf, f"test_{name}.py")
    note = notes.joinpath(*shelf, f"{name}.md")
    texts = {
        room: _python(room, THEORY_HEAD, THEORY_NEEDS, THEORY, words),
        test: _python(test, TEST_HEAD, TEST_NEEDS, TEST, words),
        note: _added(_old(note, NOTE_HEAD.format(**words)), NOTE.format(**words)),
    }
    for base in (theory, tests):
        for depth in range(1, len(shelf) + 1):
            init = base.joinpath(*shelf[:depth], "__init__.py")
            if not init.exists():
                texts[init] = f'"""{shelf[depth - 1].replace("_", " ").capitalize()}."""\n'
    for path in texts:
        if project.root.resolve() not in path.resolve().parents:
            raise BadClaimName(f"{path}: outside the project's folder {project.root}")
    write_all(texts)
    return list(texts)


def begun(chapter: str, project: Project) -> str:
    """What of a chapter's name is new and might be a slip of the pen, in words, with what is there; else empty.

    That is a shelf, or a chapter that is called nearly as another.
    """
    *shelf, name = chapter.split(".")
    theory = _folder(project, project.import_from("theory", project.theory), "theory")
    for depth, part in enumerate(shelf):
        there = _shelves(theory.joinpath(*shelf[:depth]))
        if part not in there:
            said = f"a new shelf, {'.'.join(shelf[: depth + 1])}"
            return f"{said} (there are: {', '.join(there)})" if there else said
    chapters = sorted({claim.chapter for claim in project.claims.values()})
    if chapter in chapters:
        return ""
    places = {x: x.split(".") for x in chapters}
    here = {y[-1]: x for x, y in places.items() if y[:-1] == shelf}
    same = (x for x, y in places.items() if y[-1] == name)
    near = here.get(_near(name, here)) or next(same, "")
    return f"a new chapter, {chapter} (there is: {near})" if near else ""


def _shelves(folder: Path) -> list[str]:
    """The names of the packages in a folder of the theory."""
    return sorted(x.parent.name for x in folder.glob("*/__init__.py"))


def _near(name: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.75)), "")


def _folder(project: Project, module: object, key: str) -> Path:
    """The folder of a package of the project."""
    places = list(getattr(module, "__path__", ()))
    if not places:
        raise BadClaimName(
            f"{project.file}: {key} is a single module; a package is needed for new chapters"
        )
    return Path(places[0])


def _shown(path: Path, project: Project) -> str:
    return str(path.relative_to(project.root)) if project.root in path.parents else str(path)


def _old(path: Path, head: str) -> str:
    return read_text(path) if path.exists() else head


def _added(text: str, more: str) -> str:
    """A text with more at its end, in the line ends that it has."""
    return text + more.replace("\n", line_end(text))


def _python(
    path: Path, head: str, needs: Mapping[str, tuple[str, ...]], stub: str, words: Mapping[str, str]
) -> str:
    """A module's text with the stub at its end and what the stub needs imported; it compiles.

    What stood there stays as it was: line ends, a byte order mark, and what only looks like an end of a line.
    """
    old = _old(path, head.format(**words) + "\nfrom __future__ import annotations\n")
    mark = "\ufeff" * old.startswith("\ufeff")
    text = bare(old.removeprefix(mark))
    if "\r" in text:
        raise BadClaimName(
            f"{path}: a carriage return within a line, so that nothing is added to it"
        )
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise BadClaimName(
            f"{path}: not Python, so that nothing is added to it: {error}"
        ) from error
    bound = _bound(body)
    # What a star import brings has no name here but where it is used.
    used = {x.id for node in body for x in ast.walk(node) if isinstance(x, ast.Name)}
    if taken := _bound(ast.parse(stub.format(**words)).body).keys() & (bound.keys() | used):
        raise BadClaimName(
            f"ID {words['id']!r}: {min(taken)} is a name in {path.name} already, and would be lost"
        )
    lines = []
    for module, names in needs.items():
        for name in (x for x in names if x in bound):
            if bound[name].rstrip("?").partition(".")[0] != module.partition(".")[0]:
                raise BadClaimName(
                    f"{path}: {name} is there something else than that of {module}, which the stub needs; "
                    "nothing is added to it"
                )
        if missing := [x for x in names if bound.get(x, "?")[-1:] == "?"]:
            lines.append(f"from {module} import {', '.join(missing)}")
    at = max((node.end_lineno or 0 for node in body if _leads(node)), default=0)
    rows = text.split("\n")  # as Python counts them; ``splitlines`` also cuts at a form feed
    if lines:
        new = not path.exists()
        rows[at:at] = ["", *lines] if new else lines
    done = "\n".join(rows).rstrip() + "\n" + stub.format(**words)
    compile(done, str(path), "exec")
    return mark + in_its_ends(old.removeprefix(mark), lambda _: done)


def _bound(body: list[ast.stmt]) -> dict[str, str]:
    """The names that a module binds at its top level, also within ``if``, ``try`` and the like, in their order:
    each with the module that it comes from in the end; without one where it is made here, or taken away.

    A module with a "?" is one from which it may be imported, and may not (``if TYPE_CHECKING``).
    """
    found: dict[str, str] = {}
    for node in (x for statement in body for x in _outside(statement)):
        if isinstance(node, ast.Import):
            found |= {(x.asname or x.name).split(".")[0]: "" for x in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {x.asname or x.name: x.name for x in node.names}
            home = node.module or "" if node.level == 0 else ""
            home += "" if node in body else "?"
            found |= {x: home if x == name else "" for x, name in names.items()}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = ""
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found[node.id] = ""
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found[node.name] = ""
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found[node.rest] = ""
    taken = {x for y in body for z in ast.walk(y) if isinstance(z, ast.Global) for x in z.names}
    return {**found, **dict.fromkeys(taken, "")}  # by a function, whenever it is called


_MADE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, *_MADE)


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what it holds, but for what has names of its own."""
    yield node
    if not isinstance(node, _SCOPES):
        for below in ast.iter_child_nodes(node):
            yield from _outside(below)
    elif isinstance(node, _MADE):
        yield from _given_names(node)
    else:  # decorators, defaults and bases are worked out where it stands
        inside = {id(x) for x in (node.body if isinstance(node.body, list) else [node.body])}
        for below in ast.iter_child_nodes(node):
            if id(below) not in inside:
                yield from _outside(below)


def _given_names(node: ast.AST) -> Iterator[ast.AST]:
    """What ``:=`` within a comprehension gives a name: it is one of those around it."""
    for below in ast.iter_child_nodes(node):
        if isinstance(below, ast.NamedExpr):
            yield below.target
        if not isinstance(below, ast.Lambda):
            yield from _given_names(below)


def _leads(node: ast.stmt) -> bool:
    """Whether a statement belongs to a module's head: its docstring and its imports."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, ast.Import | ast.ImportFrom)
