"""Everything that may be wrong with a flow, found before a caller finds it: its ways, its questions, its effects."""

from collections.abc import Iterator

from vqueue.domain.flow import (
    EFFECTS,
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
from vqueue.domain.flow_nodes import Line, MusicLine
from vqueue.flows.checking_prompts import prompt_faults
from vqueue.flows.reading import Fault
from vqueue.flows.ways import QUESTIONS, circles, held, place, reachable, steps, ways

MUSIC_PIECE_S = 55
"""Longest piece of music: the minute's announcement follows it, and a key must be heard soon after it began."""


def check(flow: Flow) -> list[Fault]:
    """What is wrong, in the order of the file; nothing when the flow may be used."""
    return [
        *_entry_faults(flow),
        *prompt_faults(flow),
        *(fault for name, node in flow.nodes.items() for fault in _node_faults(flow, name, node)),
        *_shape_faults(flow),
    ]


def _entry_faults(flow: Flow) -> Iterator[Fault]:
    for entry, name, in_hold in (
        ("start", flow.start, False),
        ("safe", flow.safe, False),
        ("left", flow.left, False),
        ("holding", flow.holding, True),
    ):
        node = flow.nodes.get(name)
        if node is None:
            yield Fault(f"/{entry}", "unknown_node", f"there is no node {name}")
        elif held(node) is not in_hold:
            yield Fault(f"/{entry}", "wrong_section", f"{name} stands in the section {node.section}")


def _node_faults(flow: Flow, name: str, node: Node) -> Iterator[Fault]:
    here = place(flow, name)
    yield from _way_faults(flow, here, node)
    yield from _question_faults(flow, here, node)
    yield from _hold_faults(here, node)
    if isinstance(node, EffectNode):
        yield from _effect_faults(here, node)
    if isinstance(node, EndNode) and not node.lines:
        yield Fault(here, "silent_end", "a call is not ended without a word")


def _way_faults(flow: Flow, here: str, node: Node) -> Iterator[Fault]:
    for way in ways(node):
        pointer = f"{here}/{way.pointer}"
        target = flow.nodes.get(way.target)
        if not way.target:
            yield Fault(pointer, "no_default", "a question needs `otherwise`: where it goes when nothing fits")
        elif target is None:
            yield Fault(pointer, "unknown_node", f"there is no node {way.target}")
        elif held(target) is not held(node):
            yield Fault(
                pointer, "crosses_hold", "only a node of kind hold enters the hold, only one of kind leave leaves it"
            )


def _question_faults(flow: Flow, here: str, node: Node) -> Iterator[Fault]:
    if isinstance(node, GatherNode) and node.shortest > node.longest:
        yield Fault(f"{here}/digits", "no_length", f"min {node.shortest} is above max {node.longest}")
    if isinstance(node, MenuNode):
        for key, choice in node.choices.items():
            if choice.language is not None and choice.language not in flow.languages:
                yield Fault(f"{here}/keys/{key}", "unknown_language", f"the flow does not speak {choice.language}")


def _effect_faults(here: str, node: EffectNode) -> Iterator[Fault]:
    kind = EFFECTS.get(node.effect)
    if kind is None:
        yield Fault(f"{here}/do", "unknown_effect", f"there is no effect {node.effect}; there are {', '.join(EFFECTS)}")
        return
    for word in kind.outcomes:
        if word not in node.results:
            yield Fault(f"{here}/results", "unhandled_outcome", f"{node.effect} may answer {word}")
    for word in node.results:
        if word not in kind.outcomes:
            yield Fault(f"{here}/results/{word}", "unknown_outcome", f"{node.effect} never answers {word}")


def _hold_faults(here: str, node: Node) -> Iterator[Fault]:
    if not held(node):
        if isinstance(node, LeaveNode):
            yield Fault(here, "leave_outside_hold", "only the hold can be left")
        return
    if isinstance(node, RecordNode | HoldNode):
        yield Fault(here, "forbidden_in_hold", "the hold allows no recording and no second hold: leave it first")
    music = [line for line in _lines(node) if isinstance(line, MusicLine)]
    if music and not isinstance(node, MenuNode):
        yield Fault(f"{here}/say", "music_outside_menu", "music stands in a menu, or no key is heard while it plays")
    if sum(line.seconds for line in music) > MUSIC_PIECE_S:
        yield Fault(f"{here}/say", "music_too_long", f"a piece lasts at most {MUSIC_PIECE_S} seconds")


def _lines(node: Node) -> tuple[Line, ...]:
    match node:
        case SayNode() | MenuNode() | GatherNode() | RecordNode() | HoldNode() | LeaveNode() | EndNode():
            return node.lines
        case _:
            return ()


def _shape_faults(flow: Flow) -> Iterator[Fault]:
    graph = steps(flow)
    met = reachable(graph, flow.start, flow.safe, flow.holding, flow.left)
    goals = {name for name, node in flow.nodes.items() if isinstance(node, EndNode | HoldNode)}
    unasked = circles(steps(flow, along=lambda node, way: not isinstance(node, QUESTIONS)))
    silent = circles(steps(flow, along=lambda node, way: way.silent and node.section is not Section.HOLD))
    for name, node in flow.nodes.items():
        if name not in met:
            yield Fault(place(flow, name), "unreachable", "no way leads here")
        elif not held(node) and not reachable(graph, name) & goals:
            yield Fault(place(flow, name), "dead_end", "from here no way leads to an end or into the hold")
        if name in unasked:
            yield Fault(place(flow, name), "endless", "a circle without a question")
        elif name in silent:
            yield Fault(place(flow, name), "silent_circle", "a caller who presses nothing comes back here for ever")
