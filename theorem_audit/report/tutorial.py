"""The project's ``tutorial``, a file of Markdown, as a page of its report."""

from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup

from theorem_audit import project
from theorem_audit.files import read_text
from theorem_audit.report.mathematics import note_html
from theorem_audit.report.pages import data_uri

_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^()\s]+\.png)\)")


def tutorial() -> Markup:
    """The page; nothing where the project names none, or it is not there (an installed theory)."""
    path = project.current().path("tutorial")
    return page_of(path) if path.is_file() else Markup()


def page_of(path: Path) -> Markup:
    """A file of Markdown: pictures of its folder stand in the page, links into the folder are their text."""
    folder, shown = path.parent.resolve(), list[Path]()

    def picture(match: re.Match[str]) -> str:
        file = (folder / match[2]).resolve()
        if folder not in file.parents or not file.is_file():
            return match[1]
        shown.append(file)
        return f"![{match[1]}](#picture-{len(shown)})"

    text = _PICTURE.sub(picture, read_text(path))
    page = note_html(text, address=lambda href: href if href.startswith("#") else "", below=0)
    for number, file in enumerate(shown, 1):  # not in the Markdown, which is read letter by letter
        page = page.replace(
            f'src="#picture-{number}"', Markup(f'src="{data_uri(file, "image/png")}"')
        )
    return page


__all__ = ["page_of", "tutorial"]
