"""What the nodes of a directed graph reach, found once for each strongly connected component.

What a node reaches is kept as the bits of one integer: bit k stands for ``order[k]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress

Node = tuple[str, ...]
MARKS = bytes.maketrans(b"01", b"\x00\x01")  # digits as what ``compress`` takes


class Reach:
    """What nodes reach.

    edges: what a node reaches at once.  closed: is called with the members of each component, and with what
    these reach at once outside it, all of which was closed before.
    """

    def __init__(
        self,
        edges: Callable[[Node], Iterable[Node]],
        closed: Callable[[Sequence[Node], set[Node]], None] = lambda members, below: None,
    ) -> None:
        self.edges, self.closed = edges, closed
        self.order: list[Node] = []
        self.below: dict[Node, int] = {}
        # For each question of ``among``: how much of ``order`` was asked, and the bits of what it holds for.
        self._asked: dict[Callable[[Node], object], tuple[int, int]] = {}

    def bits(self, roots: Iterable[Node]) -> int:
        """All that settled roots reach, themselves included."""
        found = 0
        for x in roots:
            found |= self.below[x]
        return found

    def nodes(self, bits: int) -> list[Node]:
        """The nodes that bits stand for."""
        return list(compress(self.order, f"{bits:b}"[::-1].encode().translate(MARKS)))

    def of(self, roots: Iterable[Node]) -> set[Node]:
        """The roots and all that they reach, settled or not."""
        seen, pending, bits = set[Node](), list(roots), 0
        while pending:
            node = pending.pop()
            if node in self.below:
                bits |= self.below[node]
            elif node not in seen:
                seen.add(node)
                pending += self.edges(node)
        return seen.union(self.nodes(bits))

    def among(self, roots: Iterable[Node], asked: Callable[[Node], object]) -> list[Node]:
        """What settled roots reach for which ``asked`` holds, which is asked once for each node."""
        upto, held = self._asked.get(asked, (0, 0))
        for k in range(upto, len(self.order)):
            held |= bool(asked(self.order[k])) << k
        self._asked[asked] = len(self.order), held
        return self.nodes(self.bits(roots) & held)

    def settle(self, start: Node) -> None:
        """Tarjan's strongly connected components, without recursion."""
        if start in self.below:
            return
        index: dict[Node, int] = {start: 0}
        low: dict[Node, int] = {start: 0}
        stack: list[Node] = [start]
        work = [(start, iter(self.edges(start)))]
        while work:
            node, rest = work[-1]
            for other in rest:
                if other in self.below:
                    continue
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(self.edges(other))))
                    break
                low[node] = min(low[node], index[other])  # not closed, so on the stack
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    self._close(node, stack)

    def _close(self, head: Node, stack: list[Node]) -> None:
        members: list[Node] = []
        while not members or members[-1] != head:
            members.append(stack.pop())
        below = {y for x in members for y in self.edges(x)}.difference(members)
        self.closed(members, below)
        reach = self.bits(below)
        for node in members:
            reach |= 1 << len(self.order)
            self.order.append(node)
        self.below |= dict.fromkeys(members, reach)


__all__ = ["Node", "Reach"]
