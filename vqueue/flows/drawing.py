"""A flow as a picture: Mermaid text for documents, plain data for machines."""

from collections.abc import Iterator
from typing import TypedDict

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
from vqueue.flows.ways import ways

TITLES = {Section.CALL: "on the call", Section.HOLD: "in the hold", Section.LEFT: "after the hold"}
_BOXES: dict[type[Node], tuple[str, str, str]] = {
    SayNode: ("say", "[", "]"),
    MenuNode: ("menu", "{{", "}}"),
    GatherNode: ("gather", "{{", "}}"),
    BranchNode: ("branch", "{", "}"),
    EffectNode: ("effect", "[[", "]]"),
    RecordNode: ("record", "[/", "/]"),
    HoldNode: ("hold", "([", "])"),
    LeaveNode: ("leave", "([", "])"),
    EndNode: ("end", "((", "))"),
}


class DrawnWay(TypedDict):
    """One way out of a node and when it is taken."""

    to: str
    when: str


class DrawnNode(TypedDict):
    """One node and its ways out."""

    name: str
    kind: str
    section: str
    ways: list[DrawnWay]


def drawn(flow: Flow) -> list[DrawnNode]:
    """Every node in the order of the file; entering the hold and leaving it are ways too."""
    return [
        DrawnNode(
            name=name,
            kind=_BOXES[type(node)][0],
            section=node.section.value,
            ways=[DrawnWay(to=target, when=when) for target, when in _ways(flow, node)],
        )
        for name, node in flow.nodes.items()
    ]


def mermaid(flow: Flow) -> str:
    """A flowchart: a box for each node, a frame for each section, an arrow for each way."""
    return "\n".join(["flowchart TD", f'    start(["{flow.name}"]) --> n_{flow.start}', *_frames(flow), *_arrows(flow)])


def _ways(flow: Flow, node: Node) -> Iterator[tuple[str, str]]:
    for way in ways(node):
        yield way.target, way.label
    if isinstance(node, HoldNode):
        yield flow.holding, "in the hold"
    if isinstance(node, LeaveNode):
        yield flow.left, "after the hold"


def _frames(flow: Flow) -> Iterator[str]:
    for section, title in TITLES.items():
        yield f'    subgraph s_{section}["{title}"]'
        for name, node in flow.nodes.items():
            if node.section is section:
                _, opening, closing = _BOXES[type(node)]
                yield f'        n_{name}{opening}"{name}"{closing}'
        yield "    end"


def _arrows(flow: Flow) -> Iterator[str]:
    for name, node in flow.nodes.items():
        for target, when in _ways(flow, node):
            yield f'    n_{name} -->|"{when}"| n_{target}' if when else f"    n_{name} --> n_{target}"
