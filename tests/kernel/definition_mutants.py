"""The definitions under SGD-SPARSE's theorem with one line changed, and the file of formal/ that then fails.

A definition that says something else must not leave the theorem standing: either a proof no longer goes
through, or a lemma of ``formal/sanity.v`` that pins the word's meaning.  ``first_to_fail`` compiles a
changed copy, the files nearest to the definitions first, and stops at the first that Coq refuses.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from theorem_audit.kernel import toolchain
from theorem_audit.kernel.build import Build, without_comments

STATEMENTS = ("statements/sums", "statements/model", "statements/state")
# In this order, each with what it needs: near the definitions first, so that most mutants cost seconds.
WATCHERS = ("sums", "coordinates", "gradient", "sanity", "step", "sparse")
SECONDS = 300.0
_ITEM = re.compile(
    r"^(?:Definition|Inductive|Notation)\s+(\".*?\"|\S+)[\s\S]*?\.(?=\n)", re.MULTILINE
)
_REQUIRE = re.compile(r"From SGD(?:\.([\w.]+))?\s+Require\s+(?:Import\s+|Export\s+)?(.+?)\.\s")


@dataclass(frozen=True)
class Mutant:
    """In the definition ``of`` of a statement file the text ``old``, once there, becomes ``new``."""

    file: str
    of: str
    old: str
    new: str
    fails: str
    """The first file that Coq refuses."""

    @property
    def name(self) -> str:
        """For the tests' ids."""
        return f"{self.of}: {self.old} -> {self.new or 'nothing'}"


def items(text: str) -> dict[str, str]:
    """Name -> text of the definitions and notations of a file, comments left out."""
    return {x[1].strip('"'): x[0] for x in _ITEM.finditer(without_comments(text))}


def changed(text: str, mutant: Mutant) -> str:
    """The file's text with the mutant's change; raises ValueError unless it fits in exactly one place."""
    whole = without_comments(text)
    item = items(text).get(mutant.of)
    if item is None or item.count(mutant.old) != 1 or whole.count(item) != 1:
        raise ValueError(f"{mutant.name}: not once in {mutant.file}")
    return whole.replace(item, item.replace(mutant.old, mutant.new))


def requires(text: str) -> set[str]:
    """The files of the development that a file needs directly, without their ending."""
    found = set()
    for inside, names in _REQUIRE.findall(without_comments(text) + "\n"):
        prefix = inside.replace(".", "/") + "/" if inside else ""
        found |= {prefix + name.replace(".", "/") for name in names.split()}
    return found


def under(statement: str, texts: dict[str, str]) -> dict[tuple[str, str], str]:
    """(file, name) -> text of every definition and notation that a statement rests on.

    texts: of the statement files.  A notation counts where its first word, without the brackets, stands.
    """
    known = {(file, name): text for file in texts for name, text in items(texts[file]).items()}
    found: dict[tuple[str, str], str] = {}
    todo = [statement]
    while todo:
        words = set(re.findall(r"\\?[A-Za-z_][\w']*", todo.pop()))
        for (file, name), text in known.items():
            if name.split()[0] in words and (file, name) not in found:
                found[file, name] = text
                todo.append(text.split(":=", 1)[-1])
    return found


def _needs(target: str, graph: dict[str, set[str]], done: list[str]) -> list[str]:
    """What a file needs, itself last, each after what it needs."""
    for one in sorted(graph[target]):
        if one not in done:
            _needs(one, graph, done)
    if target not in done:
        done.append(target)
    return done


def first_to_fail(mutant: Mutant, build: Build, folder: Path, until: str = "") -> str:
    """The first file that Coq refuses when ``mutant`` is applied, or '' where all of them still compile.

    build: an intact build; what does not depend on the changed file is taken from it.  folder: an empty one.
    until: only this file and what it needs are compiled, where it is named.
    """
    names = {x.removesuffix(".v") for x in build.manifest()["sources"]}
    texts = {x: (build.place / f"{x}.v").read_text(encoding="utf-8") for x in names}
    graph = {x: requires(text) & names for x, text in texts.items()}
    texts[mutant.file] = changed(texts[mutant.file], mutant)
    stale = {mutant.file}
    while more := {x for x in names - stale if graph[x] & stale}:
        stale |= more
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.v").write_text(text, encoding="utf-8")
        if name not in stale:
            shutil.copy2(build.place / f"{name}.vo", folder / f"{name}.vo")
    order: list[str] = []
    for watcher in (until,) if until else (*WATCHERS, *sorted(names)):
        order = _needs(watcher, graph, order)
    for name in order:
        if name in stale:
            path = folder / f"{name}.v"
            if not toolchain.compile_file(path, folder, [(folder, build.root)], SECONDS).ok:
                return name
    return ""


SUMS, MODEL, STATE = STATEMENTS
MUTANTS = (
    # sums.v
    Mutant(SUMS, r"\rsum_ ( i | P ) F", "Rplus/0", "Rplus/1", "sums"),
    Mutant(SUMS, r"\rsum_ ( i : t | P ) F", "Rplus/0", "Rplus/1", "sanity"),
    Mutant(SUMS, r"\rsum_ ( i : t ) F", "Rplus/0", "Rplus/1", "sums"),
    Mutant(SUMS, r"\rsum_ i F", "Rplus/0", "Rplus/1", "sums"),
    Mutant(SUMS, r"\rsum_ ( i 'in' A ) F", "Rplus/0", "Rplus/1", "coordinates"),
    Mutant(SUMS, r"\rsum_ ( i 'in' A ) F", "Rplus", "Rmult", "coordinates"),
    Mutant(SUMS, "b2r", "else 0", "else 1", "sums"),
    Mutant(SUMS, "b2r", "then 1", "then 2", "sums"),
    Mutant(SUMS, "Rltb", "Rlt_dec x y", "Rlt_dec y x", "sums"),
    Mutant(SUMS, "Rltb", "Rlt_dec x y", "Rle_dec x y", "sums"),
    # model.v, the loss
    Mutant(MODEL, "dot", "u k * v k", "(u k + v k)", "gradient"),
    Mutant(MODEL, "dot", "u k * v k", "u k * u k", "gradient"),
    Mutant(MODEL, "norm2", "u k ^ 2", "u k", "gradient"),
    Mutant(MODEL, "loss", "(phi : R -> R) d (x w", "(phi : R -> R) d (w x", "gradient"),
    Mutant(MODEL, "loss", "/ 2 *", "", "gradient"),
    Mutant(MODEL, "loss", "x k - phi", "x k + phi", "gradient"),
    Mutant(MODEL, "loss", "(dot w x) * w k", "(dot w x) * x k", "gradient"),
    Mutant(MODEL, "loss", "phi (dot w x) *", "dot w x *", "gradient"),
    Mutant(MODEL, "linear", ":= y", ":= 2 * y", "gradient"),
    Mutant(MODEL, "relu", "Rmax 0 y", "Rmin 0 y", "gradient"),
    Mutant(MODEL, "relu", "Rmax 0 y", "Rmax 1 y", "gradient"),
    Mutant(MODEL, "is_gradient", "w G : 'I_d", "G w : 'I_d", "gradient"),
    Mutant(MODEL, "is_gradient", "forall v,", "exists v,", "gradient"),
    Mutant(MODEL, "is_gradient", "w k + u * v k", "w k + v k", "gradient"),
    Mutant(MODEL, "is_gradient", ") 0 (dot G v)", ") 1 (dot G v)", "gradient"),
    Mutant(MODEL, "is_gradient", "(dot G v)", "(dot G w)", "gradient"),
    Mutant(MODEL, "orthonormal", "forall i j,", "forall i, exists j,", "sanity"),
    Mutant(MODEL, "orthonormal", "then 1", "then 2", "sanity"),
    Mutant(MODEL, "orthonormal", "else 0", "else dot (X i) (X j)", "sanity"),
    # batches and SGD
    Mutant(MODEL, "batch", "#|B| == b", "(#|B| <= b)%N", "sanity"),
    Mutant(MODEL, "batch", "#|B| == b", "true", MODEL),
    Mutant(MODEL, "sgd_step", "(forall j, is_gradient", "(exists j, is_gradient", "sanity"),
    Mutant(MODEL, "sgd_step", "(X j)) w (G j)", "(X j)) w (G j) \\/ True", "sanity"),
    Mutant(MODEL, "sgd_step", "w k - eta", "w k + eta", "sanity"),
    Mutant(MODEL, "sgd_step", "INR b", "INR n", "sanity"),
    Mutant(MODEL, "sgd_step", "(j in val B)", "(j : 'I_n)", "sanity"),
    Mutant(MODEL, "sgd_step", "forall k,", "exists k,", "sanity"),
    Mutant(MODEL, "sgd_run", "w 0%N = w0", "w 1%N = w0", "sanity"),
    Mutant(MODEL, "sgd_run", "w 0%N = w0 /\\ ", "", "sanity"),
    Mutant(MODEL, "sgd_run", "forall m, sgd_step", "exists m, sgd_step", "sanity"),
    Mutant(MODEL, "sgd_run", "(B m)", "(B 0%N)", "sanity"),
    Mutant(MODEL, "sgd_run", "(w m.+1)", "(w m)", "sanity"),
    # limits and chances
    Mutant(MODEL, "sgn", "Rltb 0 y", "Rltb y 0", "sanity"),
    Mutant(MODEL, "sgn", "else -1", "else 1", "sanity"),
    Mutant(MODEL, "tends", "0 < e", "1 < e", "sanity"),
    Mutant(MODEL, "tends", "0 < e", "0 <= e", "sanity"),
    Mutant(MODEL, "tends", "exists K, forall m", "forall K, exists m", "sanity"),
    Mutant(MODEL, "tends", "(K <= m)%N ->", "", MODEL),
    Mutant(MODEL, "tends", "(K <= m)%N", "(m <= K)%N", "sanity"),
    Mutant(MODEL, "tends", "f m - l", "f m", "sanity"),
    Mutant(MODEL, "tends_to", "w m k - v k", "w m k", "sanity"),
    Mutant(MODEL, "tends_to", ")) 0", ")) 1", "sanity"),
    Mutant(MODEL, "outer_le", "0 < eps", "1 < eps", "sanity"),
    Mutant(MODEL, "outer_le", "M.-tuple T}", "M.+1.-tuple T}", MODEL),
    Mutant(MODEL, "outer_le", "(forall w, A w", "(exists w, A w", "sanity"),
    Mutant(MODEL, "outer_le", "A w -> exists M", "A w -> exists M : nat, True \\/ exists M", "sanity"),
    Mutant(MODEL, "outer_le", "mkseq w M", "mkseq (fun k => w k.+1) M", "sanity"),
    Mutant(MODEL, "outer_le", "forall M0,", "exists M0,", "sanity"),
    Mutant(MODEL, "outer_le", "INR (#|T| ^ M)", "INR (#|T| ^ M.+1)", "sanity"),
    Mutant(MODEL, "outer_le", "<= c + eps", "<= c + 1 + eps", "sanity"),
    Mutant(MODEL, "probability", "outer_le A c /\\ ", "", "sanity"),
    Mutant(MODEL, "probability", " /\\ outer_le (fun w => ~ A w) (1 - c)", "", "sanity"),
    Mutant(MODEL, "probability", "~ A w", "A w", "sanity"),
    Mutant(MODEL, "probability", "1 - c", "2 - c", "sanity"),
    # the state of a weight
    Mutant(STATE, "state", "('I_n -> R) * R", "('I_n -> R) * (R * R)", STATE),
    Mutant(STATE, "mass", "x.1 j ^ 2", "x.1 j", "coordinates"),
    Mutant(STATE, "open_gate", "true", "false", "gradient"),
    Mutant(STATE, "relu_gate", "Rltb 0 y", "Rltb y 0", "gradient"),
    Mutant(STATE, "relu_gate", "Rltb 0 y", "~~ Rltb y 0", "gradient"),
    Mutant(STATE, "neuron", "Linear : neuron linear open_gate", "Linear : neuron linear relu_gate", "gradient"),
    Mutant(STATE, "neuron", "ReLU : neuron relu relu_gate", "ReLU : neuron relu open_gate", "gradient"),
    Mutant(STATE, "gate_value", "act (dot w x)", "act (dot w w)", "gradient"),
    Mutant(STATE, "coordinates", "(fun j => dot w (X j) *", "(fun j =>", "step"),
    Mutant(STATE, "coordinates", "dot w w -", "", "step"),
    Mutant(STATE, "coordinates", "gate_value act (X j) w) ^ 2", "gate_value act (X j) w) ^ 3", "step"),
)  # fmt: skip

__all__ = ["MUTANTS", "STATEMENTS", "Mutant", "changed", "first_to_fail", "items", "under"]
