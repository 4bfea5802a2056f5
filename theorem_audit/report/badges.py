"""A claim's verdict as a small picture (SVG), for the pages of those who cite it."""

from __future__ import annotations

from markupsafe import escape

COLOURS = {
    "kernel": "#05603a", "proved": "#0a7d4f", "certified": "#2a7d50", "proved_given": "#0b6e99",
    "certified_given": "#0b6e99", "steps": "#3d5a9e", "steps_given": "#3d5a9e", "supported": "#8a6200",
    "open": "#8a3ba8",
}  # fmt: skip
BAD, NONE = "#b3261e", "#5b6470"
WIDTH = 7.0  # of a letter at 11 px; ``textLength`` makes it so in any font


def badge(claim_id: str, verdict: str) -> str:
    """The badge: the claim's name, and its verdict on the colour of the report's pages."""
    said = verdict.replace("_", " ")
    left, right = (round(WIDTH * len(x)) + 12 for x in (claim_id, said))
    colour = COLOURS.get(verdict, NONE if verdict == "unchecked" else BAD)

    def word(text: str, at: float, width: int) -> str:
        return f'<text x="{at:g}" y="14" textLength="{width - 12}">{escape(text)}</text>'

    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img">'
        f"<title>{escape(claim_id)}: {escape(said)}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="#333a42"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="{colour}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11">'
        f"{word(claim_id, left / 2, left)}{word(said, left + right / 2, right)}</g></svg>\n"
    )


__all__ = ["badge"]
