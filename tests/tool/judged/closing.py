"""The battery of what nodes of a graph reach: against a plain walk from each node, on random graphs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType

from theorem_audit.reuse.reach import Node, Reach

Edges = dict[Node, list[Node]]


def walked(edges: Edges, roots: Iterable[Node]) -> set[Node]:
    """The roots and all that they reach, by a plain walk."""
    seen, pending = set[Node](), [*roots]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += edges[node]
    return seen


def drawn(rng: random.Random) -> Edges:
    """A graph of up to nine nodes, sparse or dense, with loops."""
    nodes = [(f"k{k}",) for k in range(rng.randint(1, 9))]
    share = rng.choice((0.1, 0.2, 0.5))
    return {x: [y for y in nodes if rng.random() < share] for x in nodes}


def _same(make: type[Reach], edges: Edges, rng: random.Random) -> None:
    closed: list[set[Node]] = []

    def note(members: Sequence[Node], below: set[Node]) -> None:
        inside, before = {*members}, set[Node]().union(*closed)
        assert len(inside) == len(members)
        assert not inside & before, "closed twice"
        for x in members:
            assert walked(edges, [x]) >= inside, "all of a component reach each other"
            assert walked(edges, [x]) <= inside | before, "what is reached was closed before"
        assert below == {y for x in members for y in edges[x]} - inside
        closed.append(inside)

    asked: list[Node] = []
    odd = {x for x in edges if int(x[0][1:]) % 2}

    def is_odd(node: Node) -> bool:
        asked.append(node)
        return node in odd

    reach, nodes = make(edges.__getitem__, note), [*edges]
    rng.shuffle(nodes)
    settled = list[Node]()
    for node in nodes:
        some = rng.sample(nodes, rng.randint(0, len(nodes)))
        assert reach.of(some) == walked(edges, some), "settled or not"
        reach.settle(node)
        settled.append(node)
        some = rng.sample(settled, rng.randint(0, len(settled)))
        told = walked(edges, some)
        assert {*reach.nodes(reach.bits(some))} == told
        assert sorted(reach.among(some, is_odd)) == sorted(told & odd)
        assert {*reach.among(some, lambda node: node == nodes[0])} == told & {nodes[0]}
    assert sorted(asked) == sorted(edges), "once each"
    before = [*closed]
    reach.settle(nodes[0])
    assert closed == before
    for one in edges:
        (own,) = (x for x in closed if one in x)
        mates = {x for x in edges if one in walked(edges, [x]) and x in walked(edges, [one])}
        assert own == mates, "a whole component"
        assert reach.order.count(one) == 1


def reaches_hold(judge: ModuleType) -> None:
    """What is reached on random graphs, and along a chain too long for recursion."""
    rng = random.Random(0)
    for _ in range(60):
        _same(judge.Reach, drawn(rng), rng)
    plain: Callable[..., Reach] = judge.Reach
    chain = {(str(k),): [(str(k + 1),)] for k in range(3000)} | {("3000",): [("0",)]}
    reach = plain(chain.__getitem__)
    reach.settle(("7",))
    assert reach.of([("9",)]) == {*chain}
    assert reach.nodes(0) == []
