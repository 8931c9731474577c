"""What an input means at the node that waits for it: the session moved on, asked again, or left as it was."""

from dataclasses import replace
from typing import assert_never

from vqueue.domain.flow import (
    EFFECTS,
    BranchNode,
    EffectNode,
    Elapsed,
    EndNode,
    Facts,
    Flow,
    GatherNode,
    HoldNode,
    Input,
    Keys,
    LeaveNode,
    MenuNode,
    Outcome,
    Recorded,
    RecordNode,
    SayNode,
    Session,
    Value,
)
from vqueue.domain.flow_nodes import Choice, PromptLine
from vqueue.domain.speech_args import Arg
from vqueue.engine.script_lines import saying

NODES_PER_TURN = 50
TURNS_PER_SESSION = 200


def move(session: Session, node: str) -> Session:
    """At another node, nothing asked there yet."""
    return replace(session, node=node, asked=False, tries=0)


def answered(flow: Flow, session: Session, heard: Input, facts: Facts) -> Session | None:
    """The session once the input is understood; None where the flow has no way on (it changed under the call)."""
    if not session.asked:
        return session
    here = replace(session, asked=False)
    node = flow.nodes.get(session.node)
    match node:
        case MenuNode():
            return _menu(flow, here, node, heard, facts)
        case GatherNode():
            return _gathered(flow, here, node, heard, facts)
        case RecordNode():
            return _recorded(here, node, heard)
        case EffectNode():
            return _outcome(here, node, heard)
        case HoldNode():
            return _joined(here, heard)
        case None:
            return None
        case SayNode() | BranchNode() | LeaveNode() | EndNode():
            return here
        case _:
            assert_never(node)


def _menu(flow: Flow, session: Session, node: MenuNode, heard: Input, facts: Facts) -> Session:
    digits = _digits(session, heard)
    if digits is None:
        return session
    choice = node.choices.get(digits)
    if choice is None or not _speaks(choice, facts):
        return _again(flow, session, node, digits, facts)
    language = choice.language or session.language
    return move(replace(session, language=language, vars={**session.vars, **choice.sets}), choice.next)


def _gathered(flow: Flow, session: Session, node: GatherNode, heard: Input, facts: Facts) -> Session:
    digits = _digits(session, heard)
    if digits is None:
        return session
    fits = digits.isascii() and digits.isdigit() and node.shortest <= len(digits) <= node.longest
    if not fits:
        return _again(flow, session, node, digits, facts)
    return move(replace(session, vars={**session.vars, node.into: digits}), node.next)


def _digits(session: Session, heard: Input) -> str | None:
    """What was pressed, empty for silence; None for news that answers no question. Past the bound keys mean nothing."""
    match heard:
        case Keys(digits):
            return digits if session.turns <= TURNS_PER_SESSION else ""
        case Elapsed():
            return ""
        case _:
            return None


def _speaks(choice: Choice, facts: Facts) -> bool:
    return choice.language is None or choice.language in facts.languages


def _again(flow: Flow, session: Session, node: MenuNode | GatherNode, digits: str, facts: Facts) -> Session:
    """Ask once more, or take the default when it was asked often enough."""
    tries = session.tries + 1
    if tries >= node.tries or session.turns > TURNS_PER_SESSION:
        return move(session, node.otherwise)
    sorry = PromptLine(prompt=flow.wrong if digits else flow.silence)
    return saying(flow, replace(session, tries=tries), (sorry,), facts)


def _recorded(session: Session, node: RecordNode, heard: Input) -> Session:
    match heard:
        case Recorded(audio):
            return move(replace(session, vars={**session.vars, "recording": audio}), node.next)
        case Keys() | Elapsed():
            return move(session, node.otherwise)
        case _:
            return session


def _outcome(session: Session, node: EffectNode, heard: Input) -> Session | None:
    """News that is no outcome leaves the effect to be asked for once more."""
    if not isinstance(heard, Outcome):
        return session
    following = node.results.get(heard.word)
    return None if following is None else move(_remembering(session, node.effect, heard), following)


def _joined(session: Session, heard: Input) -> Session | None:
    """A caller whose place could not be stored: the line stays open, and it is tried again."""
    if not isinstance(heard, Outcome):
        return session
    after = _remembering(session, "hold", heard)
    return after if after.vars.get("request") else None


def _remembering(session: Session, effect: str, outcome: Outcome) -> Session:
    """With the outcome's values; what this effect gave to be said before, and does not give now, is forgotten."""
    variables: dict[str, Value] = dict(session.vars)
    args: dict[str, Arg] = {name: arg for name, arg in session.args.items() if name not in EFFECTS[effect].says}
    for name, value in outcome.values.items():
        if value is None or isinstance(value, str | int | bool):
            variables[name] = value
            if value is None:
                args.pop(name, None)
        else:
            args[name] = value
    return replace(session, vars=variables, args=args)
