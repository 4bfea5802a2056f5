"""The names by which code comes to what it does not name.

An import by a name, all that a module binds, annotations and docstrings of whatever is at hand, what the
project's table says under a key, the hour.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping

from theorem_audit.reuse.syntax import nodes

DYNAMIC = frozenset(("__import__", "eval", "exec", "globals"))
IMPORTERS = {
    "importlib": ("import_module", "__import__"), "pkgutil": ("resolve_name",), "sys": ("modules",),
    "runpy": ("run_module",), "importlib.util": ("spec_from_file_location", "module_from_spec"),
    "importlib.machinery": ("SourceFileLoader", "FileFinder", "PathFinder"), "inspect": ("getmembers",
    "getmembers_static", "getclosurevars", "getmodule"), "zipimport": ("zipimporter",),
    "gc": ("get_objects", "get_referents", "get_referrers"), "pickle": ("load", "loads", "Unpickler"),
    "pydoc": ("locate", "safeimport"), "code": ("InteractiveInterpreter", "InteractiveConsole"),
    "unittest": ("TestLoader", "defaultTestLoader"), "unittest.mock": ("patch",),
    "timeit": ("Timer", "repeat", "timeit"), "builtins": ("__import__", "eval", "exec"),
}  # fmt: skip
# Of these names others are called so, too: they count behind their module's.
COMMON = frozenset((
    "modules", "load", "loads", "patch", "Timer", "repeat", "timeit", "eval", "exec",
))  # fmt: skip
LOOSE = (
    frozenset(x for names in IMPORTERS.values() for x in names)
    | {"exec_module", "load_module", "loadTestsFromName", "loadTestsFromNames"}
) - COMMON
DOTTED = frozenset(f"{of}.{x}" for of, names in IMPORTERS.items() for x in names if x in COMMON)
# Attributes that hold what nobody names.
HOLDS = frozenset((
    "__builtins__", "__globals__", "__loader__", "__spec__", "__subclasses__", "f_globals", "f_locals",
))  # fmt: skip
# The same, and what imports, as texts by which they are got.
TEXTS = HOLDS | {"__import__", "eval", "exec", "import_module", "modules"}
WHOLE = frozenset(("builtins", "sys"))  # modules that lead to all others, handed around as objects
# What reads annotations, also those that are texts.
HINTS = frozenset((
    "__annotate__", "__annotations__", "builds", "eval_str", "from_type", "get_annotations", "get_type_hints",
    "singledispatch", "singledispatchmethod",
))  # fmt: skip
# Without arguments, at the top of a module: all that it binds.
ALL_HERE = frozenset(("dir", "locals", "vars"))
# What tells the hour, by the module that has it; how long something takes (``perf_counter``) is another matter.
CLOCKS = {
    "time": frozenset((
        "asctime", "clock_gettime", "clock_gettime_ns", "ctime", "gmtime", "localtime", "strftime", "time",
        "time_ns",
    )),
    "datetime": frozenset(("now", "today", "utcnow")),
}  # fmt: skip
# Variables of the environment that the system asks for, by what has it ask.
ZONE, PLACE = (
    ("environment:variable TZ",),
    ("environment:variable LANG", "environment:variables LC_*"),
)
ASKING: dict[str, dict[str, tuple[str, ...]]] = {
    "time": dict.fromkeys(("altzone", "daylight", "mktime", "timezone", "tzname"), ZONE),
    "datetime": dict.fromkeys(("astimezone", "fromtimestamp", "timestamp"), ZONE),
    "locale": dict.fromkeys((
        "atof", "atoi", "currency", "format_string", "getdefaultlocale", "getencoding", "getlocale",
        "getpreferredencoding", "localeconv", "nl_langinfo", "setlocale", "str", "strcoll", "strxfrm",
    ), PLACE),
}  # fmt: skip
# A word to SQLite, first or after another, that has it read a file, of which it tells nobody; around it may
# stand spaces, ends of lines, comments.
_BLANK = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$))"
ATTACHES = re.compile(
    rf"(?:\A|;){_BLANK}*attach(?:{_BLANK}|['\"\[`?:@$(])", re.DOTALL | re.IGNORECASE
)
DOCS = frozenset(("__doc__", "DocTestFinder", "getdoc", "run_docstring_examples", "testmod"))
# Project.import_from("key", ...): what the project's table says under that key
DOOR = "import_from"
DISCOVER = "discover"  # discover("package"): the claims of its chapters
LOADERS = frozenset(("import_module", "find_spec", "importorskip"))
PARENTS = frozenset(
    x.rpartition(".")[0] for x in IMPORTERS
)  # packages of modules that import by a name
Imports = Iterable[ast.Import | ast.ImportFrom]
IMPORTING = DYNAMIC | LOADERS | {DOOR}


def imports(tree: ast.Module) -> Imports:
    """The imports of a file, wherever they stand."""
    return [x for x in nodes(tree) if isinstance(x, ast.Import | ast.ImportFrom)]


def importers(written: Imports) -> frozenset[str]:
    """The names under which a file's imports give what imports by a name, or holds all that is imported."""
    return frozenset(
        x.asname or x.name
        for node in written
        if isinstance(node, ast.ImportFrom) and node.module in IMPORTERS
        for x in node.names
        if x.name in IMPORTERS[node.module] and (x.asname or x.name) != "import_module"
    )


def called(written: Imports) -> dict[str, str]:
    """What each name that is a module from elsewhere stands for: ``s`` for ``sys``, by ``import sys as s``."""
    found = dict[str, str]()
    for node in written:
        if isinstance(node, ast.Import):
            tops = [x.name.split(".")[0] for x in node.names if not x.asname]
            found |= {x.asname: x.name for x in node.names if x.asname} | dict(
                zip(tops, tops, strict=True)
            )
        elif node.module in PARENTS:
            found |= {x.asname or x.name: f"{node.module}.{x.name}" for x in node.names}
    return found


def _listed(written: Imports, table: Mapping[str, Collection[str]]) -> dict[str, tuple[str, str]]:
    """What of a table (module -> its names) a file's imports give: by name (``from time import time``), and by
    attribute, with a dot before; the module, and the name there.
    """
    found = dict[str, tuple[str, str]]()
    for node in written:
        if isinstance(node, ast.Import):
            for top in {x.name.split(".")[0] for x in node.names} & {*table}:
                found |= {f".{x}": (top, x) for x in table[top]}
        elif (of := node.module or "") in table and not node.level:
            found |= {x.asname or x.name: (of, x.name) for x in node.names if x.name in table[of]}
            if of == "datetime":  # of whose classes they are methods
                found |= {f".{x}": (of, x) for x in table[of]}
    return found


def variables(written: Imports) -> dict[str, tuple[str, ...]]:
    """The variables that the system is had to ask for, by names as ``_listed`` gives them."""
    return {name: ASKING[of][x] for name, (of, x) in _listed(written, ASKING).items()}


def clocks(written: Imports) -> frozenset[str]:
    """What tells the hour by a file's imports, by names as ``_listed`` gives them."""
    return frozenset(_listed(written, CLOCKS))


__all__ = [
    "ALL_HERE", "ATTACHES", "DISCOVER", "DOCS", "DOOR", "DOTTED", "DYNAMIC", "HINTS", "HOLDS", "IMPORTING",
    "LOADERS", "LOOSE", "TEXTS", "WHOLE", "called", "clocks", "importers",
    "imports", "variables",
]  # fmt: skip
