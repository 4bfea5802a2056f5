"""A proof kernel has the last word: statements generated from claims, proved in Coq, checked here.

Nothing in this package knows what a claim is about.  A theory supplies *phrases* (how its symbols and
assumptions are said in Coq) and a folder of Coq files; this package builds the folder (``build``),
writes the statement of a claim from its phrases (``statement``), has a bridge prove exactly that
statement (``gate``), and looks at what the proof rests on (``axioms``).
"""

from theorem_audit.kernel.build import Build, Development, NotBuilt, Tampered
from theorem_audit.kernel.gate import Gate, Ruling, rule
from theorem_audit.kernel.statement import Declaration, NoPhrase, Speaker, statement
from theorem_audit.kernel.toolchain import KernelAbsent

__all__ = [
    "Build",
    "Declaration",
    "Development",
    "Gate",
    "KernelAbsent",
    "NoPhrase",
    "NotBuilt",
    "Ruling",
    "Speaker",
    "Tampered",
    "rule",
    "statement",
]
