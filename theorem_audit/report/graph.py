"""The dependency graph as SVG, laid out by Graphviz, coloured by CSS, clickable without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pygraphviz
from markupsafe import Markup


def svg(
    verdicts: Mapping[str, str],
    uses: Mapping[str, Iterable[str]],
    *,
    only: Iterable[str] | None = None,
    link: str = "claims/{}.html",
    focus: str = "",
) -> Markup:
    """Layered graph; an arrow goes from a claim to what it rests on.

    verdicts: id -> verdict.  uses: id -> ids.  link: how a node's address is made from its id.
    only: the nodes to show.  Without it all are shown, from left to right, so that a screen's width
    holds every layer, and an arrow that a longer way also tells is left out.
    """
    shown = set(verdicts) if only is None else set(only)
    graph = pygraphviz.AGraph(directed=True, rankdir="TB", ranksep="0.45", nodesep="0.18")
    if only is None:
        graph.graph_attr.update(rankdir="LR", ranksep="0.75", nodesep="0.05")
    graph.node_attr.update(shape="box", style="rounded", fontsize="11", fontname="Helvetica",
                           height="0.3", margin="0.1,0.04")  # fmt: skip
    graph.edge_attr.update(arrowsize="0.6")
    for node in sorted(shown):
        classes = f"v-{verdicts[node]}" + (" focus" if node == focus else "")
        graph.add_node(node, URL=link.format(node), tooltip=f"{node}: {verdicts[node]}")
        graph.get_node(node).attr["class"] = classes
    for node in sorted(shown):
        for used in sorted(set(uses.get(node, ())) & shown):
            graph.add_edge(node, used)
    if only is None:
        graph = graph.tred(copy=True)
    text = graph.draw(format="svg", prog="dot").decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r'<polygon fill="white" stroke="none"[^>]*/>', "", text, count=1)
    text = text.replace("xlink:href", "href").replace(
        ' xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )
    text = re.sub(r' xlink:title="[^"]*"', "", text)
    text = re.sub(r'<svg width="[^"]*" height="[^"]*"', '<svg role="group" aria-label="dependency graph"',
                  text, count=1)  # fmt: skip
    width = float(re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+)', text)[1])  # type: ignore[index]
    return Markup(text.replace("<svg ", f'<svg style="width:{width:.0f}px" ', 1))


def edges(run: Mapping[str, Any]) -> dict[str, list[str]]:
    """Claim id -> the ids it rests on, from a ledger."""
    return {claim["id"]: list(claim["uses"]) for claim in run["claims"]}
