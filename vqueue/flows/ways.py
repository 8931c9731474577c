"""Where a node leads: its ways out, each with the place in the file that names it, and what is reachable by them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from vqueue.domain.flow import (
    BranchNode,
    EffectNode,
    EndNode,
    Flow,
    GatherNode,
    HoldNode,
    LeaveNode,
    MenuNode,
    Node,
    RecordNode,
    SayNode,
    Section,
)

QUESTIONS = (MenuNode, GatherNode, RecordNode)


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a node. `pointer` is below the node; `label` says when it is taken."""

    target: str
    pointer: str
    label: str = ""
    silent: bool = True
    """Taken without the caller pressing anything."""


def ways(node: Node) -> Iterator[Way]:
    """In the order of the file."""
    match node:
        case SayNode():
            yield Way(node.next, "next")
        case MenuNode():
            for key, choice in node.choices.items():
                yield Way(choice.next, f"keys/{key}", key, silent=False)
            yield Way(node.otherwise, "otherwise", "otherwise")
        case GatherNode():
            yield Way(node.next, "next", "keyed", silent=False)
            yield Way(node.otherwise, "otherwise", "otherwise")
        case RecordNode():
            yield Way(node.next, "next", "recorded")
            yield Way(node.otherwise, "otherwise", "nothing heard")
        case BranchNode():
            for value, target in node.cases.items():
                yield Way(target, f"cases/{value}", f"{node.on}: {value}")
            yield Way(node.otherwise, "otherwise", "otherwise")
        case EffectNode():
            for word, target in node.results.items():
                yield Way(target, f"results/{word}", word)
        case HoldNode() | LeaveNode() | EndNode():
            return
        case _:
            assert_never(node)


def place(flow: Flow, name: str) -> str:
    """The JSON pointer of a node."""
    return f"/nodes/{flow.nodes[name].section}/{name}"


def steps(flow: Flow, *, along: Callable[[Node, Way], bool] = lambda node, way: True) -> Mapping[str, tuple[str, ...]]:
    """For each node the nodes it leads to, by those ways only."""
    return {
        name: tuple(way.target for way in ways(node) if way.target in flow.nodes and along(node, way))
        for name, node in flow.nodes.items()
    }


def reachable(graph: Mapping[str, tuple[str, ...]], *roots: str) -> set[str]:
    """Every node the roots lead to, themselves included."""
    seen: set[str] = set()
    ahead = [root for root in roots if root in graph]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead.extend(graph[name])
    return seen


def circles(graph: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The nodes that lead back to themselves."""
    return {name for name, following in graph.items() if name in reachable(graph, *following)}


def held(node: Node) -> bool:
    return node.section is Section.HOLD
