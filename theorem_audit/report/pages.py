"""How a page is made: templates, the style, the scripts, and the policy that forbids everything else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment() -> Environment:
    """The templates; what they are given is escaped, and a name that is not given is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inline(name: str) -> Markup:
    """A style or a script, as it stands in the templates' folder."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def policy(*scripts: str) -> Markup:
    """The content security policy of a page: no request, and no script but these, by their hashes."""
    digests = (hashlib.sha256(x.encode()).digest() for x in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(x).decode()}'" for x in digests) or "'none'"
    return Markup(
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def data_uri(path: Path, kind: str) -> str:
    """A file as an address that asks nobody."""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def render(template: str, scripts: Sequence[Markup] = (), **said: object) -> str:
    """One page; ``scripts`` are the only ones that its policy lets run."""
    page = environment().get_template(template)
    return page.render(scripts=scripts, policy=policy(*scripts), **said)


__all__ = ["TEMPLATES", "data_uri", "environment", "inline", "policy", "render"]
