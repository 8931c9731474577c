"""The interpreter of conversations: flow, session, input and facts in; a speech or an effect out. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from vqueue.domain.flow import (
    EFFECTS,
    BranchNode,
    Effect,
    EffectNode,
    EndNode,
    Facts,
    Flow,
    GatherNode,
    HoldEnded,
    HoldNode,
    Input,
    Keys,
    LeaveNode,
    MenuNode,
    Node,
    Outcome,
    RecordNode,
    SayNode,
    Session,
    Turn,
    Value,
)
from vqueue.domain.speech import Ask, EnterHold, Goto, Hangup, LeaveHold, Pause, Record, Target, Verb
from vqueue.engine.script_answers import NODES_PER_TURN, TURNS_PER_SESSION, answered, move
from vqueue.engine.script_lines import saying

__all__ = ["NODES_PER_TURN", "TURNS_PER_SESSION", "advance", "begin"]

BREATH_S = 2
"""Silence before a conversation that lost its way goes on, so that it cannot spin."""


def begin(flow: Flow, *, session_id: str, language: str, values: Mapping[str, Value]) -> Session:
    """A new conversation at the flow's start; `values` are its first vars (`queue`, …)."""
    return Session(id=session_id, flow=flow.name, node=flow.start, language=language, vars=dict(values))


def advance(flow: Flow, session: Session, heard: Input, facts: Facts) -> Turn:
    """Run until there is something to say or something to do. Never raises on a checked flow, whatever is heard.

    A speech ends in a verb that asks again, or in a hang-up after the flow's last words. An effect is carried out by
    the caller of this function, who comes back with its `Outcome`. At most `NODES_PER_TURN` nodes run between two
    speeches; after `TURNS_PER_SESSION` inputs of the caller every question answers itself by its default.
    """
    if session.done:
        return Turn(session=session, speech=(Hangup(),))
    if isinstance(heard, HoldEnded) and session.hold_step is not None:
        session = move(replace(session, holding=False, hold_step=None), flow.left)
    session = _counted(session, heard)
    after = answered(flow, session, heard, facts)
    return _lost(flow, session) if after is None else _run(flow, after, facts)


def _counted(session: Session, heard: Input) -> Session:
    pressed = isinstance(heard, Keys) and heard.digits != ""
    counts = pressed if session.holding else not isinstance(heard, Outcome)
    return replace(session, turns=session.turns + 1) if counts else session


def _run(flow: Flow, session: Session, facts: Facts) -> Turn:
    while session.ran < NODES_PER_TURN:
        node = flow.nodes.get(session.node)
        if node is None:
            return _lost(flow, session)
        session = replace(session, ran=session.ran + 1)
        match node:
            case SayNode():
                said = _with_lines(flow, session, node, facts)
                session = move(replace(said, vars={**said.vars, **node.sets}), node.next)
            case BranchNode():
                session = move(session, _branch(node, session, facts))
            case _:
                return _stop(flow, session, node, facts)
    return _lost(flow, session)


def _stop(
    flow: Flow,
    session: Session,
    node: MenuNode | GatherNode | EffectNode | RecordNode | HoldNode | LeaveNode | EndNode,
    facts: Facts,
) -> Turn:
    """The turn given by a node that does not simply go on."""
    if isinstance(node, EffectNode):
        return _effect(session, node.effect)
    if isinstance(node, HoldNode) and not session.vars.get("request"):
        return _effect(session, "hold")
    said = _with_lines(flow, session, node, facts)
    match node:
        case MenuNode() | GatherNode():
            return _ask(said, node)
        case RecordNode():
            there = _next(said)
            record = Record(max_s=node.max_s, then=there, status=Target("recorded", said.id))
            return _speak(said, record, Goto(there), asked=True)
        case HoldNode():
            return _enter_hold(flow, said)
        case LeaveNode():
            return _speak(move(replace(said, holding=False), flow.left), LeaveHold())
        case EndNode():
            return _speak(replace(said, done=True), Hangup())
        case _:
            assert_never(node)


def _enter_hold(flow: Flow, session: Session) -> Turn:
    step = session.step + 1
    held = move(replace(session, holding=True, hold_step=step), flow.holding)
    left = Target("left", session.id, step)
    return _speak(held, EnterHold(request=str(session.vars["request"]), wait=_next(held), left=left))


def _ask(session: Session, node: MenuNode | GatherNode) -> Turn:
    ask = Ask(
        content=session.pending,
        then=_next(session),
        digits=1 if isinstance(node, MenuNode) else node.longest,
        timeout_s=node.timeout_s,
    )
    return _speak(replace(session, pending=()), ask, asked=True)


def _speak(session: Session, *verbs: Verb, asked: bool = False) -> Turn:
    """The speech: what was pending, then the verbs; the session after it, one step on."""
    after = replace(session, step=session.step + 1, pending=(), ran=0, asked=asked)
    return Turn(session=after, speech=(*session.pending, *verbs))


def _effect(session: Session, name: str) -> Turn:
    values = {need: session.vars.get(need) for need in EFFECTS[name].needs}
    return Turn(session=replace(session, asked=True), effect=Effect(name, values))


def _next(session: Session) -> Target:
    """The address that answers the next speech: the hold has its own, where fewer verbs are allowed."""
    return Target("wait" if session.holding else "session", session.id, session.step + 1)


def _with_lines(flow: Flow, session: Session, node: Node, facts: Facts) -> Session:
    lines = () if isinstance(node, BranchNode | EffectNode) else node.lines
    return saying(flow, session, lines, facts)


def _branch(node: BranchNode, session: Session, facts: Facts) -> str:
    value = session.vars.get(node.on)
    if value is None:
        value = facts.branch(node.on, session.language)
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return node.cases.get(str(value), node.otherwise)


def _lost(flow: Flow, session: Session) -> Turn:
    """A node, an outcome or a way out that is not there: take a breath and go on where nobody is cut off."""
    safe = move(session, flow.holding if session.holding else flow.safe)
    return _speak(safe, Pause(BREATH_S), Goto(_next(safe)))
