#!/usr/bin/env python3
"""Re-checks a receipt of `audit receipt ID`, with Python's standard library and nothing else.

    python verify.py RECEIPT.json [--project DIR]

Checked: the digest; that the verdict follows from the outcomes listed, by the rules of
proofs_notes/audit.md written a second time below; that every certificate which the evidence made is
there, and each, exactly, by another method than the suite's; with --project, that the files are those
the run was made with, that none is left out which the evidence imports, and that the words of the
claim, and the kind and steps of its evidence, are those of the sources, as far as they are written out
there. What cannot be checked here is said, line by line, and counted in the last one.
Exit code 0: nothing found wrong; 1: something is; 2: no receipt.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

STRENGTHS = ["kernel", "proved", "certified", "steps", "supported", "open", "unchecked", "stale",
             "inconclusive", "refuted"]  # fmt: skip
KINDS = {"kernel": "kernel", "symbolic": "proved", "certificate": "certified", "ball": "certified",
         "cited": "proved"}  # fmt: skip
GIVEN = ("proved", "certified", "steps")  # what may rest on a cited theorem
VERSION = 3
FIELDS = {"receipt", "project", "commit", "seed", "quick", "versions", "sources", "claim", "uses",
          "certificates", "made", "coq", "left_out", "digest"}  # fmt: skip
OUTCOMES = {"passed", "refuted", "inconclusive", "error", "not_run"}
WITNESSES = {
    "property",
    "simulation",
    "witness",
    "peer",
    "search",
    "variants",
}  # kinds that decide nothing
COMMENT = re.compile(r"\(\*(?:(?!\(\*|\*\)).)*\*\)", re.DOTALL)  # an innermost one: they nest
STATES = re.compile(
    r"^\s*(?:Theorem|Lemma|Corollary|Definition|Fact|Proposition|Remark)\s+(\w+)", re.M
)
CLAIM = {"accepted", "assumptions", "bound", "carried", "chapter", "evidence", "given", "id", "items", "own",
         "parts", "reasons", "region", "remark", "sentence", "source", "statement", "steps", "symbols",
         "title", "typeset", "uses", "verdict"}  # fmt: skip


# By place, of a claim, of where it comes from, of a hypothesis, of a mark.
DECLARED = ("id", "title", "formula", "source", "bound", "chapter", "assumptions", "steps", "cites", "symbols",
            "remark", "survivors", "parts", "carried", "converges", "applied")  # fmt: skip
SOURCE = ("kind", "reference", "prior")
ASSUMPTION = ("name", "condition", "needed", "witness", "sharp", "item", "note")
MARK = ("claim", "kind")
TOOL = "theorem_audit"
PROSE = "Convergence, in prose: "  # what a remark holds beside, of a claim's `converges`
NAME = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")  # of a claim
SHA = re.compile(r"[0-9a-f]{64}")
UNCHECKED = "NOT CHECKED: "
GATE = re.compile(r"(\S+\.v): (\w+)")  # a note of kernel evidence: where its theorem stands


class Wrong(Exception):
    """Something in the receipt is not as it must be."""


def digest(data: dict[str, Any]) -> str:
    """SHA-256 over everything but the digest itself, as JSON with sorted keys."""
    rest = {k: v for k, v in data.items() if k != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


# --- the verdict ------------------------------------------------------------------------------


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; Wrong where a key stands twice: readers take the first or the last of them."""
    if len(found := dict(pairs)) != len(pairs):
        names = [name for name, _ in pairs]
        raise Wrong(f"the key {next(x for x in names if names.count(x) > 1)!r} stands twice")
    return found


def finite(text: str) -> float:
    """A number of JSON; Wrong for NaN, and for what is beyond the range of floats."""
    number = float(text)
    if number - number != 0:
        raise Wrong(f"{text} is no finite number")
    return number


def check_form(data: dict[str, Any]) -> None:
    """What is printed is plain text, what is counted is a number, and nothing stands twice."""
    claim = data["claim"]
    for name in (claim["id"], *data["uses"]):
        if not NAME.fullmatch(name):
            raise Wrong(f"{name!a} is the name of no claim")
    tests = [e["test"] for e in claim["evidence"]]
    for name in (*data["certificates"], *data["coq"], *data["sources"], *tests):
        if not name.isprintable():
            raise Wrong(f"{name!a} is not all to be read")
    if type(data["quick"]) is not bool or type(data["seed"]) is not int:
        raise Wrong(f"quick {data['quick']!r}, seed {data['seed']!r}")
    if "python" not in data["versions"]:
        raise Wrong("the versions that the run was made with are missing")
    rows = [(e["test"], e["kind"], e["case"], tuple(e["steps"])) for e in claim["evidence"]]
    if len({*rows}) != len(rows):
        raise Wrong(f"{next(x for x in rows if rows.count(x) > 1)[0]} stands twice")


def chapter_file(chapter: str, sources: Collection[str]) -> str:
    """The file among the sources in which a claim stands: a module, a package, or the whole theory."""
    names = [f"{chapter.replace('.', '/')}{ending}" for ending in (".py", "/__init__.py")]
    within = (x for x in sorted(sources) for name in names if x.endswith(f"/{name}"))
    return next((x for x in names if x in sources), next(within, names[0]))


def check_sources(data: dict[str, Any]) -> None:
    """That the files listed are all there that the verdict surely rests on, each with a hash."""
    sources, claim = data["sources"], data["claim"]
    for name in sources:
        if name.startswith("/") or ".." in name.split("/"):
            raise Wrong(f"the source {name} lies outside")
    needed = [e["test"].split("::")[0] for e in claim["evidence"] if e["outcome"] == "passed"]
    needed += [chapter_file(claim["chapter"], sources)]
    for name in needed:
        if not SHA.fullmatch(sources.get(name, "")):
            raise Wrong(f"no hash of {name} is among the sources")


def strength_of(claim: dict[str, Any]) -> str:
    """What the claim's own outcomes come to."""
    outcomes = claim["evidence"]
    for e in outcomes:  # a word that nobody knows must not pass for one that says nothing bad
        if e["outcome"] not in OUTCOMES or e["kind"] not in KINDS.keys() | WITNESSES:
            raise Wrong(
                f"{e['test']}: kind {e['kind']!a}, outcome {e['outcome']!a}: no run says that"
            )
        if type(e["checks"]) is not int or not isinstance(e["steps"], list):
            raise Wrong(f"{e['test']}: checks {e['checks']!r}, steps {e['steps']!r}")
    if not outcomes:
        return "unchecked"
    for bad, name in (("refuted", "refuted"), ("error", "inconclusive"), ("inconclusive",) * 2):
        if any(e["outcome"] == bad for e in outcomes):
            return name
    # A run that was cut short: what it did not reach might have refuted the claim.
    if any((e["outcome"], e["detail"]) == ("not_run", "not reached") for e in outcomes):
        return "unchecked"
    best: dict[str, list[str]] = {}
    gaps = {(e["kind"] == "kernel", s) for e in outcomes for s in e["steps"]
            if e["outcome"] == "not_run" and e["kind"] in KINDS}  # fmt: skip
    for e in outcomes:
        if e["outcome"] == "passed" and e["kind"] in KINDS:
            if e["checks"] < 1:
                raise Wrong(f"{e['test']} passed and checked nothing")
            for step in e["steps"]:
                if (e["kind"] == "kernel", step) not in gaps:
                    best.setdefault(step, []).append(e["kind"])
    if "kernel" in best.get("statement", []):
        return "kernel"
    if any(step not in best for step in claim["steps"]):
        passed = any(e["outcome"] == "passed" for e in outcomes)
        lone = "open" if claim["source"]["kind"] == "open" else "supported"
        return lone if passed else "unchecked"
    order = list(KINDS)  # a step that is decided with and without a cited theorem needs none
    chosen = [KINDS[min(best[step], key=order.index)] for step in claim["steps"]]
    weakest = max(chosen, key=STRENGTHS.index)
    if len(claim["steps"]) > 1 and set(claim["parts"]) != set(claim["steps"]):
        return "steps"
    return weakest


def unread(claim: dict[str, Any], uses: dict[str, Any]) -> list[str]:
    """Hypotheses that nothing which decides or searches read, where a run doubted the claim."""
    if not any(e["kind"] in ("search", "variants") for e in claim["evidence"]):
        return []
    if any(e["kind"] == "kernel" and e["outcome"] == "passed" and "statement" in e["steps"]
           for e in claim["evidence"]):  # fmt: skip
        return []
    read = {x for e in claim["evidence"] if e["outcome"] == "passed" and e["kind"] in (*KINDS, "search")
            for x in e["read"]}  # fmt: skip
    read |= {x["kind"] for name in claim["uses"] for x in uses[name]["items"] if not x["after"]}
    wanted = {x["name"]: {*([x["item"]] if x["item"] else []), *(["region"] if x["condition"] else [])}
              for x in claim["assumptions"]}  # fmt: skip
    return [name for name, parts in wanted.items() if parts - read]


def beyond(claim: dict[str, Any], lemma: dict[str, Any]) -> bool:
    """Whether a lemma supposes an item that the claim's items do not imply."""
    own = {x["kind"]: x["implied"] for x in claim["items"]}
    return any(
        not x["after"] and not x["widest"] and x["name"] not in own.get(x["kind"], ())
        for x in lemma["items"]
    )


def unsaid(claim: dict[str, Any], lemma: str) -> bool:
    """Whether deciding evidence found a condition of the lemma that the claim's conditions do not say."""
    return any(
        x.partition(": ")[0] == lemma
        for e in claim["evidence"]
        if e["outcome"] == "passed" and e["kind"] in KINDS
        for x in e.get("beyond", ())
    )


def check_verdict(data: dict[str, Any]) -> Iterator[str]:
    """The claim's verdict against its outcomes and what it rests on."""
    claim, uses = data["claim"], data["uses"]
    own = strength_of(claim)
    said = claim["own"].removesuffix("_given")
    # Whether parts make up the formula is read off SymPy expressions, which are not read here.
    if said != own and not (said == "steps" and len(claim["steps"]) > 1 and own in STRENGTHS[:3]):
        raise Wrong(f"{claim['id']}: the outcomes come to {own}, the receipt says {claim['own']}")
    read = {u for e in claim["evidence"] if e["outcome"] == "passed" and e["kind"] in KINDS
            for u in e["uses"]}  # fmt: skip
    if read != set(claim["uses"]) or read - set(uses):
        raise Wrong(f"{claim['id']}: its evidence read {sorted(read)}, listed are {claim['uses']}")
    strength, given = said, claim["own"].endswith("_given")
    if said != "kernel" and unread(claim, uses):
        strength = max(strength, "supported", key=STRENGTHS.index)
    if said != "kernel" and claim.get("accepted"):  # wrong variants, accepted and not explained
        strength = max(strength, "supported", key=STRENGTHS.index)
    for name in claim["uses"] if said != "kernel" else ():
        if beyond(claim, uses[name]) or unsaid(claim, name):
            cap = "steps" if claim["carried"].get(name) else "supported"
            strength = max(strength, cap, key=STRENGTHS.index)
        below = uses[name]["verdict"]
        given = given or below.endswith("_given") or bool(uses[name]["given"])
        cap = "inconclusive" if below == "refuted" else below.removesuffix("_given")
        strength = max(strength, cap, key=STRENGTHS.index)
    cited = {s for e in claim["evidence"] for s in e["steps"]
             if e["outcome"] == "passed" and e["kind"] == "cited"}  # fmt: skip
    better = {s for e in claim["evidence"] for s in e["steps"]
              if e["outcome"] == "passed" and e["kind"] in KINDS and e["kind"] != "cited"}  # fmt: skip
    if said in GIVEN and cited - better and not claim["own"].endswith("_given"):
        raise Wrong(
            f"{claim['id']}: a step rests on a cited theorem, and the verdict does not say so"
        )
    if (given and said in GIVEN) != bool(claim["given"]) and said in GIVEN:
        raise Wrong(f"{claim['id']}: cited theorems {claim['given']}, verdict {claim['verdict']}")
    if said in GIVEN and not any(e["kind"] == "variants" for e in claim["evidence"]):
        raise Wrong(
            f"{claim['id']}: every run tries wrong variants of what it decides: none is listed"
        )
    full = strength + ("_given" if given and strength in GIVEN else "")
    if full != claim["verdict"]:
        raise Wrong(f"{claim['id']}: verdict {claim['verdict']}, but it comes to {full}")
    yield f"verdict {full}: follows from {len(claim['evidence'])} outcomes and {len(uses)} claims below"


# --- certificates: P >= 0 on a box, by de Casteljau from the root tensor -----------------------

Tensor = dict[tuple[int, ...], Fraction]


def _poly(terms: Any, size: int) -> Tensor:
    found: Tensor = {}
    for exponents, value in terms:
        key = tuple(exponents)
        if len(key) != size or any(type(e) is not int or e < 0 for e in key):
            raise Wrong(f"bad exponents {exponents}")
        if key in found:
            raise Wrong(f"the term {exponents} stands twice")
        if not isinstance(value, str):
            raise Wrong(f"the coefficient {value!r} is no fraction in words")
        found[key] = Fraction(value)
    return found


def _mul(p: Tensor, q: Tensor) -> Tensor:
    out: Tensor = {}
    for (a, x), (b, y) in product(p.items(), q.items()):
        key = tuple(i + j for i, j in zip(a, b, strict=True))
        out[key] = out.get(key, Fraction(0)) + x * y
    return out


def _sum(p: Tensor, q: Tensor, factor: int = 1) -> Tensor:
    out = dict(p)
    for key, value in q.items():
        out[key] = out.get(key, Fraction(0)) + factor * value
    return out


def _compose(p: Tensor, images: list[Tensor], size: int) -> Tensor:
    """p(images), by Horner's rule in one variable after the other."""

    def horner(poly: Tensor, axis: int) -> Tensor:
        if axis == size:
            return {(0,) * size: sum(poly.values(), Fraction(0))}
        out: Tensor = {}
        for power in range(max((e[axis] for e in poly), default=0), -1, -1):
            part = {e: v for e, v in poly.items() if e[axis] == power}
            out = _mul(out, images[axis])
            if part:
                out = _sum(out, horner(part, axis + 1))
        return out

    return horner(p, 0)


def _put(index: tuple[int, ...], axis: int, value: int) -> tuple[int, ...]:
    return (*index[:axis], value, *index[axis + 1 :])


def _bernstein(p: Tensor, size: int) -> tuple[list[int], Tensor]:
    degrees = [max((e[k] for e, v in p.items() if v), default=0) for k in range(size)]
    table = {i: p.get(i, Fraction(0)) for i in product(*(range(d + 1) for d in degrees))}
    for axis, degree in enumerate(degrees):
        new: Tensor = {}
        for index in table:
            total, weight = Fraction(0), Fraction(1)
            for j in range(index[axis] + 1):
                total += weight * table[_put(index, axis, j)]
                if j < degree:
                    weight *= Fraction(index[axis] - j, degree - j)
            new[index] = total
        table = new
    return degrees, table


def _halves(degrees: list[int], table: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    low, high = {}, {}
    for index in table:
        if index[axis]:
            continue
        row = [table[_put(index, axis, j)] for j in range(degrees[axis] + 1)]
        for j in range(len(row)):
            low[_put(index, axis, j)] = row[0]
            high[_put(index, axis, degrees[axis] - j)] = row[-1]
            row = [(a + b) / 2 for a, b in pairwise(row)]
    return low, high


def check_certificate(data: dict[str, Any]) -> int:
    """Cells of a certificate, each with Bernstein coefficients >= 0; Wrong where one is negative."""
    names = data["symbols"]
    size, zero = len(names), Fraction(0)
    if (
        len(set(names)) != size
        or len(data["box"]) != size
        or type(data["schema"]) is not int
        or data["schema"] != 1
    ):
        raise Wrong("symbols, bounds and schema do not fit")
    images: list[Tensor] = []
    for axis, (low_terms, high_terms) in enumerate(data["box"]):
        low, high = _poly(low_terms, size), _poly(high_terms, size)
        if any(any(e[axis:]) for e in (*low, *high)):
            raise Wrong(f"the bounds of {names[axis]} use later symbols")
        known = [*images, *([{}] * (size - axis))]
        low, high = _compose(low, known, size), _compose(high, known, size)
        unit = {tuple(int(k == axis) for k in range(size)): Fraction(1)}
        images.append(_sum(low, _mul(unit, _sum(high, low, -1))))
    degrees, root = _bernstein(_compose(_poly(data["polynomial"], size), images, size), size)
    cells, pending = 0, [(data["tree"], root)]
    while pending:
        tree, table = pending.pop()
        if tree is None:
            cells += 1
            if min(table.values(), default=zero) < 0:
                raise Wrong(f"a Bernstein coefficient is {min(table.values())} < 0")
            continue
        if (
            not isinstance(tree, list)
            or len(tree) != 3
            or type(tree[0]) is not int
            or tree[0] not in range(size)
        ):
            raise Wrong(f"bad subdivision {tree!r:.60}")
        pending += zip(tree[1:], _halves(degrees, table, tree[0]), strict=True)
    return cells


def check_made(data: dict[str, Any]) -> Iterator[str]:
    """That the certificates are those which the evidence made, by name."""
    made, there = data["made"], set(data["certificates"])
    for e in data["claim"]["evidence"]:
        if (e["kind"], e["outcome"]) == ("certificate", "passed"):
            if e["test"] not in made:
                raise Wrong(f"{e['test']} is of kind certificate, and nothing says which it made")
            if not made[e["test"]]:
                yield f"NOT CHECKED: {e['test']}, which left no certificate"
    named = {name for names in made.values() for name in names}
    if named != there:
        raise Wrong(f"certificates are missing or too many: {', '.join(sorted(named ^ there)[:5])}")


def bare(text: str) -> str:
    """A Coq file without its comments: a name in one states nothing."""
    found = 1
    while found:
        text, found = COMMENT.subn(" ", text)
    return text


# --- the project's sources: what is imported, and the words of the claim -------------------------


def parsed(project: Path, name: str) -> ast.AST:
    """A source file's syntax; Wrong where this Python does not read it."""
    try:
        return ast.parse((project / name).read_bytes())
    except (SyntaxError, ValueError) as error:
        raise Wrong(f"{name}: Python {sys.version.split()[0]} does not read it: {error}") from None


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All parts of a file but what is for type checkers alone."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending += node.orelse
        else:
            pending += ast.iter_child_nodes(node)


def tops(project: Path) -> set[str]:
    """The packages of a project that evidence may rest on; Wrong where its table does not say."""
    try:
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
        table = tomllib.loads(text)["tool"]["theorem-audit"]
        named = [table.get("theory", "theory"), table.get("evidence", "tests")]
        named += [table.get("falsifiers", ""), *table.get("sources", ())]
        return {x.split(".")[0] for x in named if x} | {"theorem_audit"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Wrong(
            f"{project / 'pyproject.toml'}: no table [tool.theorem-audit]: {error}"
        ) from None


def modules(node: ast.Import | ast.ImportFrom, name: str) -> list[list[str]]:
    """The modules that an import in a file may mean, as their parts; what it takes of the first one follows."""
    if isinstance(node, ast.Import):
        return [x.name.split(".") for x in node.names]
    here = list(Path(name).parent.parts)
    above = here[: len(here) - node.level + 1] if node.level else []
    base = [*above, *(node.module.split(".") if node.module else ())]
    return [base, *([*base, x.name] for x in node.names)]


def file_of(parts: list[str], project: Path) -> str:
    """The file of a module of the project; empty where it has none."""
    path = "/".join(parts)
    names = (f"{path}.py", f"{path}/__init__.py") if path else ()
    return next((x for x in names if (project / x).is_file()), "")


def imports(name: str, project: Path, known: set[str]) -> set[str]:
    """The files of the project that one of them imports."""
    found = set[str]()
    for node in nodes(parsed(project, name)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for parts in modules(node, name):
                if parts and parts[0] in known:
                    for k in range(1, len(parts) + 1):
                        path = "/".join(parts[:k])
                        both = (f"{path}.py", f"{path}/__init__.py")
                        found |= {x for x in both if (project / x).is_file()}
    return found


def check_imports(data: dict[str, Any], project: Path) -> Iterator[str]:
    """That every file which the claim or its evidence imports is among the sources."""
    claim, known = data["claim"], tops(project)
    pending = [chapter_file(claim["chapter"], data["sources"])]
    pending += [e["test"].split("::")[0] for e in claim["evidence"] if e["outcome"] == "passed"]
    seen = set[str]()
    while pending:
        name = pending.pop()
        if name in seen or not (project / name).is_file() or not name.endswith(".py"):
            continue
        if name not in data["sources"]:
            raise Wrong(f"{name} is imported, and no hash of it is among the sources")
        seen.add(name)
        pending += imports(name, project, known)
    yield f"imports: {len(seen)} files, all among the sources"


@dataclass(frozen=True)
class Meant:
    """What an expression stands for: a dotted name, and what a ``partial`` of it is given already."""

    name: str
    args: tuple[ast.expr, ...] = ()
    keywords: tuple[ast.keyword, ...] = ()

    def is_ours(self, last: str) -> bool:
        """Whether it is what the tool calls so, from whichever of its modules."""
        parts = self.name.split(".")
        return parts[0] == TOOL and parts[-1] == last

    @property
    def key(self) -> tuple[str, ...]:
        """Two that say the same have one."""
        parts = self.name.split(".")
        name = ".".join((parts[0], parts[-1])) if parts[0] == TOOL else self.name
        return (name, *map(ast.dump, (*self.args, *self.keywords)))


class Names:
    """What the names of a file of the project stand for, as far as one can read it.

    A name that is bound in two ways, or by anything but an import and a plain assignment at the top of
    the file, stands for nothing.
    """

    def __init__(self, project: Path, name: str, files: dict[str, Names]) -> None:
        self.project, self.file, self.files = project, name, files
        files[name] = self
        self.tree = parsed(project, name)
        self.bound: dict[str, list[Meant | ast.expr | None]] = {}
        self.stars: list[list[str]] = []
        self.asking: set[str] = set()
        plain, pending = set[ast.AST](), [(self.tree, True)]
        while pending:
            node, top = pending.pop()
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
                pending += ((x, top) for x in node.orelse)
                continue
            if top and isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif top and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                for x in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(x, ast.Name):
                        self.bound.setdefault(x.id, []).append(node.value)
                        plain.add(x)
            for said in () if node in plain else _binds(node, top):
                self.bound.setdefault(said, []).append(None)
            within = isinstance(node, INNER)
            pending += ((x, top and not within) for x in ast.iter_child_nodes(node))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for x in node.names:
            if isinstance(node, ast.Import):
                said = x.name if x.asname else x.name.split(".")[0]
                self.bound.setdefault(x.asname or said, []).append(Meant(said))
                continue
            base, *_ = modules(node, self.file)
            if x.name == "*":
                self.stars.append(base)
            else:
                said = ".".join([*base, x.name])
                self.bound.setdefault(x.asname or x.name, []).append(Meant(said))

    def of(self, name: str) -> Meant | None:
        """What one name stands for; None where nothing tells, or two things do."""
        if name in self.asking:
            return None  # made of itself
        self.asking.add(name)
        try:
            said = [self.meant(x) if isinstance(x, ast.expr) else x and self._followed(x)
                    for x in self.bound.get(name, ())]  # fmt: skip
            for base in self.stars:
                far = self._followed(Meant(".".join([*base, name])))
                said += [far] if far and (far.is_ours(name) or name not in self.bound) else []
        finally:
            self.asking.discard(name)
        return said[0] if said and len({x and x.key for x in said}) == 1 else None

    def meant(self, node: ast.expr | None) -> Meant | None:
        """What an expression stands for."""
        if isinstance(node, ast.Name):
            return self.of(node.id)
        if isinstance(node, ast.Attribute):
            base = self.meant(node.value)
            plain = base is not None and not base.args and not base.keywords
            return self._followed(Meant(f"{base.name}.{node.attr}")) if base and plain else None
        if isinstance(node, ast.Call) and node.args:
            what, inner = self.meant(node.func), self.meant(node.args[0])
            if what == Meant("functools.partial") and inner is not None:
                args, keywords = (*inner.args, *node.args[1:]), (*inner.keywords, *node.keywords)
                return Meant(inner.name, args, keywords)
        return None

    def _followed(self, said: Meant) -> Meant | None:
        """What a dotted name stands for in the file of the project that it leads to; else itself."""
        parts = said.name.split(".")
        if parts[0] == TOOL or not (there := self._there(parts[:-1])):
            return said
        return there.of(parts[-1]) if parts[-1] in there.bound or there.stars else said

    def _there(self, parts: list[str]) -> Names | None:
        name = file_of(parts, self.project)
        return named_in(name, self.project, self.files) if name else None

    def given(
        self, node: ast.AST | None, last: str, places: Collection[str]
    ) -> dict[str, ast.expr] | None:
        """The arguments of a call of what the tool calls ``last``; None where it is none, or takes some from
        a star: what stands there is not written out.
        """
        what = self.meant(node.func) if isinstance(node, ast.Call) else None
        if what is None or not isinstance(node, ast.Call) or not what.is_ours(last):
            return None
        args = (*what.args, *node.args)
        keywords = (*what.keywords, *node.keywords)  # a later one takes an earlier one's place
        if any(isinstance(x, ast.Starred) for x in args) or not all(x.arg for x in keywords):
            return None
        return dict(zip(places, args, strict=False)) | {x.arg: x.value for x in keywords if x.arg}

    def where(self, node: ast.expr | None) -> tuple[Names, ast.expr | None]:
        """An expression, or the one that a name in its place is bound to, with the file of it."""
        names, passed = self, set[tuple[str, str]]()
        while isinstance(node, ast.Name) and (names.file, node.id) not in passed:
            passed.add((names.file, node.id))
            bound = names.bound.get(node.id, ())
            if len(bound) != 1 or bound[0] is None:
                break
            if isinstance(only := bound[0], ast.expr):
                if isinstance(only, ast.Dict | ast.List | ast.Set):
                    break  # more may be put into it
                node = only
                continue
            parts = only.name.split(".")
            if parts[0] == TOOL or not (there := names._there(parts[:-1])):
                break
            names, node = there, ast.Name(parts[-1], ast.Load())
        return names, node

    def literal(self, node: ast.expr | None) -> Any:
        """What an expression stands for where it is all written out; else None."""
        _, node = self.where(node)
        try:
            return None if node is None else ast.literal_eval(node)
        except (ValueError, TypeError):
            return None


INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _binds(node: ast.AST, top: bool) -> Iterator[str]:
    """The names that a node binds in a way that is not followed: an import is followed at the top of a file."""
    if isinstance(node, ast.Import | ast.ImportFrom) and not top:
        yield from (x.asname or x.name.split(".")[0] for x in node.names)
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def named_in(name: str, project: Path, files: dict[str, Names]) -> Names:
    """The names of a file, which is read once; files: those that were read."""
    return files[name] if name in files else Names(project, name, files)


def written(names: Names, claim_id: str) -> tuple[ast.Call, dict[str, ast.expr]] | None:
    """The one call of ``Claim`` in a file that has a claim's id, and its arguments; None where it has several
    or none.
    """
    found = []
    for node in nodes(names.tree):
        if isinstance(node, ast.Call):
            given = names.given(node, "Claim", DECLARED)
            if given and names.literal(given.get("id")) == claim_id:
                found.append((node, given))
    return found[0] if len(found) == 1 else None


def same(what: str, said: Any, found: Any, name: str) -> None:
    """Wrong where the receipt says another thing than the source."""
    if said != found:
        raise Wrong(f"{what} is {said!r:.80}, but {name} has {found!r:.80}")


def check_words(
    data: dict[str, Any], project: Path, files: dict[str, Names] | None = None
) -> Iterator[str]:
    """The claim's words against its source, as far as they are written out there."""
    claim = data["claim"]
    name = chapter_file(claim["chapter"], data["sources"])
    names = named_in(name, project, {} if files is None else files)
    if (call := written(names, claim["id"])) is None:
        words = "title, bound, remark, steps, carried, parts, source, hypotheses"
        yield f"NOT CHECKED: {words}: one reads no call of Claim, or several, with this id in {name}"
    else:
        done, left = list[str](), list[str]()
        for what, is_same in compared(claim, names, call[1]):
            (done if is_same else left).append(what)
        if done:
            yield f"words: {', '.join(done)} as in {name}"
        if left:
            yield f"NOT CHECKED: {', '.join(left)}: not written out in {name}"
    for below in data["uses"]:
        yield f"NOT CHECKED: the words of {below}, which has a receipt of its own"
    at = f"{name}, lines {call[0].lineno} to {call[0].end_lineno}" if call else name
    show = f"`audit show {claim['id']}`"
    yield f"NOT CHECKED: {', '.join(READ_BY_SYMPY)}, which SymPy reads: compare {show} with {at}"


READ_BY_SYMPY = ("statement", "sentence", "typeset", "region", "conditions", "items", "symbols")
EMPTY = {"remark": "", "converges": "", "steps": ("statement",), "parts": {}, "carried": {},
         "assumptions": ()}  # fmt: skip


def compared(
    claim: dict[str, Any], names: Names, given: dict[str, ast.expr]
) -> Iterator[tuple[str, bool]]:
    """What the receipt says of a claim, and whether its source says the same: False where one cannot tell.

    Wrong where it says another thing.
    """

    def found(field: str) -> Any:
        return names.literal(given[field]) if field in given else EMPTY.get(field)

    for field in ("title", "bound", "remark", "steps", "carried"):
        value = found(field)
        if field == "remark" and value is not None and (why := found("converges")) != "":
            value = None if why is None else " ".join(x for x in (value, PROSE + why) if x)
        if value is not None:
            value = list(value) if isinstance(value, tuple) else value
            same(f"the {field}", claim[field], value, names.file)
        yield field, value is not None
    names_, parts = names.where(given.get("parts"))
    steps = [names_.literal(x) for x in parts.keys] if isinstance(parts, ast.Dict) else []
    told = all(isinstance(x, str) for x in steps) and (parts is None or isinstance(parts, ast.Dict))
    if told:
        same("the list of parts", sorted(claim["parts"]), sorted(steps), names.file)
    yield "names of parts", told
    there, source = names.where(given.get("source"))
    said = there.given(source, "Source", SOURCE)
    for field in ("kind", "reference"):
        value = there.literal((said or {}).get(field))
        if value is not None:
            same("the source", claim["source"][field], value, names.file)
        yield f"the source's {field}", value is not None
    yield from compared_hypotheses(claim, names, given.get("assumptions"))


def compared_hypotheses(
    claim: dict[str, Any], names: Names, node: ast.expr | None
) -> Iterator[tuple[str, bool]]:
    """The same of its hypotheses: how many there are, their names and notes, and which have a condition."""
    names, node = names.where(node)
    listed = [] if node is None else getattr(node, "elts", None)
    if listed is None or any(isinstance(x, ast.Starred) for x in listed):
        yield "hypotheses", False
        return
    if len(listed) != len(claim["assumptions"]):
        raise Wrong(f"{len(claim['assumptions'])} hypotheses, but {names.file} has {len(listed)}")
    yield f"number of hypotheses ({len(listed)})", True
    unsaid = 0
    for one, said in zip(listed, claim["assumptions"], strict=True):
        there, one = names.where(one)
        made = there.given(one, "Assumption", ASSUMPTION)
        name, note = (there.literal((made or {}).get(x)) for x in ("name", "note"))
        note = "" if made is not None and "note" not in made else note
        if name is not None:
            same("the hypothesis", said["name"], name, there.file)
        if note is not None:
            same(f"the note of {said['name']!r}", said["note"], note, there.file)
        if made is not None and "condition" not in made and said["condition"]:
            raise Wrong(f"{said['name']!r} has a condition, and none in {there.file}")
        unsaid += name is None or note is None
    if listed:
        yield "names and notes of hypotheses", not unsaid


def check_marks(
    data: dict[str, Any], project: Path, files: dict[str, Names] | None = None
) -> Iterator[str]:
    """Kind and steps of what passed, against the marks of its functions."""
    files = {} if files is None else files
    done, left = 0, list[str]()
    for e in data["claim"]["evidence"]:
        if e["outcome"] != "passed" or e["kind"] in ("search", "variants"):
            continue
        name, _, function = e["test"].partition("::")
        marks = marks_of(named_in(name, project, files), function)
        if marks is None:
            left.append(function)
            continue
        if not any(fits(mark, e, data["claim"]["id"]) for mark in marks):
            told = "; ".join(f"{kind}, {steps}" for _, kind, steps in marks)
            raise Wrong(
                f"{e['test']} counts as {e['kind']}, {e['steps']} of {data['claim']['id']}; its marks: {told}"
            )
        done += 1
    if done:
        yield f"marks: {done} tests are of the kind and for the steps that they are said to be"
    if left:
        yield f"NOT CHECKED: kind and steps of {', '.join(left)}: no mark that one can read"


# Claim, kind, steps; None where it is not written out.
Mark = tuple[str | None, str, list[str] | None]


def fits(mark: Mark, e: dict[str, Any], claim_id: str) -> bool:
    """Whether a mark may be that of an outcome."""
    claim, kind, steps = mark
    return claim in (None, claim_id) and kind == e["kind"] and steps in (None, e["steps"])


def marks_of(names: Names, function: str) -> list[Mark] | None:
    """The marks of a function of evidence; None where it, or a mark of it, is not written out."""
    defined = [x for x in nodes(names.tree)
               if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef) and x.name == function]  # fmt: skip
    if len(defined) != 1:
        return None
    found = list[Mark]()
    for node in defined[0].decorator_list:
        given = names.given(node, "evidence", MARK)
        kind = names.literal((given or {}).get("kind"))
        if given is None or not isinstance(kind, str):
            meant = names.meant(node.func if isinstance(node, ast.Call) else node)
            if meant is None or meant.is_ours("evidence"):
                return None  # it may mark, and says not how
            continue
        claim, steps = claim_of(names, given.get("claim")), ["statement"]
        if "step" in given:
            said = names.literal(given["step"])
            steps = [said] if isinstance(said, str) else said and list(said)
        found.append((claim, kind, steps))
    return found or None


def claim_of(names: Names, node: ast.expr | None) -> str | None:
    """The id of the claim that a mark names; None where it is not written out."""
    there, node = names.where(node)
    given = there.given(node, "Claim", DECLARED)
    found = there.literal(node if given is None else given.get("id"))
    return found if isinstance(found, str) else None


# --- all of it --------------------------------------------------------------------------------


def verify(data: Any, project: Path | None = None) -> Iterator[str]:
    """Lines of what holds and of what was not checked; raises Wrong."""
    if not isinstance(data, dict) or not isinstance(data.get("project"), str):
        raise Wrong("not a receipt")
    if type(data.get("receipt")) is not int or data["receipt"] != VERSION or set(data) != FIELDS:
        raise Wrong(f"not a receipt of version {VERSION}, or not a whole one")
    if digest(data) != data["digest"]:
        raise Wrong("the digest does not fit: something was changed")
    yield f"digest {data['digest'][:16]}: fits"
    if unknown := sorted(set(data["claim"]) - CLAIM):
        raise Wrong(f"the claim has fields that no receipt has: {', '.join(unknown)[:200]}")
    check_form(data)
    check_sources(data)
    yield from check_verdict(data)
    if data["quick"]:
        yield "NOT CHECKED: by the run itself: it was one with --quick, of less evidence"
    yield from dict.fromkeys(check_made(data))
    for name, certificate in data["certificates"].items():
        yield f"certificate {name}: {check_certificate(certificate)} cells, all >= 0"
    for name, one in data["coq"].items():
        if hashlib.sha256(one["file"].encode()).hexdigest() != one["sha256"]:
            raise Wrong(f"the Coq file of {name} is not the one that was hashed")
        if one["theorem"] not in STATES.findall(bare(one["file"])):
            raise Wrong(f"the Coq file of {name} has no {one['theorem']}")
        if not one["theorem"].isidentifier():
            raise Wrong(f"{one['theorem']!a} is the name of no theorem")
        yield f"NOT CHECKED: Coq's {one['theorem']} for {name} (save its text, run coqc)"
    for name, why in data["left_out"].items():
        yield f"NOT CHECKED: evidence in {name!r}, which skipped itself in that run: {why!r}"
    for e in data["claim"]["evidence"]:
        if (e["kind"], e["outcome"]) == ("kernel", "passed"):
            gates = [x for x in map(GATE.fullmatch, e["notes"]) if x]
            there = [data["coq"].get(x[1], {}).get("theorem") == x[2] for x in gates]
            if not gates or not all(there):
                yield f"NOT CHECKED: {e['test']}: its theorem of Coq is not in the receipt"
    changed = []
    if project is None:
        yield f"NOT CHECKED: {len(data['sources'])} source files (give --project DIR)"
    else:
        # A project of one's own has the tool installed somewhere else.
        away = () if (project / "theorem_audit").exists() else ("theorem_audit/",)
        here = {k: v for k, v in data["sources"].items() if not k.startswith(away)}
        for name, expected in here.items():
            file = project / name
            found = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "absent"
            changed += [name] if found != expected else []
        if changed:
            raise Wrong(f"changed since the run: {', '.join(changed[:5])}")
        yield f"sources: {len(here)} files are those of the run"
        yield from check_imports(data, project)
        files = dict[str, Names]()
        yield from check_words(data, project, files)
        yield from check_marks(data, project, files)
        if len(here) < len(data["sources"]):
            rest = len(data["sources"]) - len(here)
            yield f"NOT CHECKED: {rest} source files of the tool, which is not in {project}"
    if project is None:
        show = f"`audit show {data['claim']['id']}`"
        yield f"NOT CHECKED: all words of the claim, which SymPy reads: compare {show}"
    yield "NOT CHECKED: what the evidence is said to have read, and which claims it used"
    yield "NOT CHECKED: cited theorems, accepted variants and reasons, as the receipt tells them"
    yield "NOT CHECKED: files outside the project that evidence opened, which no receipt names"
    kinds = sorted({e["kind"] for e in data["claim"]["evidence"] if e["outcome"] == "passed"})
    again = f"run `audit run {data['claim']['id']} --fresh`"
    yield f"NOT CHECKED: the evidence itself ({', '.join(kinds)}): {again}"
    yield "NOT CHECKED: that certificates speak of the statement, and that parts make up the formula"


def main(words: list[str]) -> int:
    """Print the lines; the exit code."""
    project = None
    if "--project" in words[:-1]:
        at = words.index("--project")
        project = Path(words[at + 1])
        if not words[at + 1] or not project.is_dir():
            print(f"--project {words[at + 1]!r}: no folder", file=sys.stderr)
            return 2
        words = words[:at] + words[at + 2 :]
    if set(words) & {"-h", "--help"}:
        print(__doc__)
        return 0
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if not words[0]:
        print("no receipt: '' is no file's name", file=sys.stderr)
        return 2
    try:
        text = Path(words[0]).read_text(encoding="utf-8")
        data = json.loads(text, object_pairs_hook=once, parse_constant=finite, parse_float=finite)
    except Wrong as error:
        print(f"WRONG: {error}")
        return 1
    except (OSError, ValueError, RecursionError) as error:
        print(f"no receipt: {error}", file=sys.stderr)
        return 2
    try:
        lines = 0
        for line in verify(data, project):
            lines += line.startswith(UNCHECKED)
            print(line)
        print(f"nothing of what was checked is wrong; {lines} lines say what was NOT CHECKED")
    except Wrong as error:
        print(f"WRONG: {error}")
        return 1
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        ZeroDivisionError,
        RecursionError,
    ) as error:
        print(f"WRONG: not what `audit receipt` writes: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
