"""Reads a flow file into a flow: YAML, its shape, then the domain's values."""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, assert_never

import yaml
from pydantic import ValidationError

from vqueue.domain import flow_nodes as domain
from vqueue.domain.flow import Audio, Choice, Flow, Node, Phrase, Section
from vqueue.flows import schema
from vqueue.wording import placeholders


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a flow: where (a JSON pointer into the file), a stable code, a sentence."""

    pointer: str
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.text} ({self.code})"


class FaultyFlow(ValueError):
    """The flow cannot be used; `faults` say why."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{name} has {len(faults)} fault(s): {'; '.join(str(fault) for fault in faults[:3])}")
        self.faults = faults


class _Plain(yaml.SafeLoader):
    """YAML as people expect it: `on`, `yes` and `no` are words, and a key stands once (a second one is a slip)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} stands here twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])


def read(path: Path) -> Flow:
    """The flow in this file, unchecked. Raises FaultyFlow where it is not even shaped like one."""
    try:
        return parse(path.read_text("utf-8"), name=path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise FaultyFlow(path.name, (Fault("", "unreadable", str(error)),)) from error


@lru_cache(maxsize=16)
def parse(text: str, *, name: str = "the flow") -> Flow:
    """The flow written so. Raises FaultyFlow."""
    try:
        written = schema.FlowFile.model_validate(yaml.load(text, _Plain))  # noqa: S506 - derived from SafeLoader
    except yaml.YAMLError as error:
        raise FaultyFlow(name, (Fault("", "not_yaml", " ".join(str(error).split())),)) from error
    except ValidationError as error:
        faults = tuple(Fault(_pointer(each["loc"]), each["type"], each["msg"]) for each in error.errors())
        raise FaultyFlow(name, faults) from error
    faults = tuple(_doubled(written.nodes))
    if faults:
        raise FaultyFlow(name, faults)
    return _flow(written)


def _pointer(place: tuple[str | int, ...]) -> str:
    return "".join(f"/{part}" for part in place)


def _sections(nodes: schema.Sections) -> Mapping[Section, Mapping[str, schema.AnyNode]]:
    return {Section.CALL: nodes.call, Section.HOLD: nodes.hold, Section.LEFT: nodes.left}


def _doubled(nodes: schema.Sections) -> Iterator[Fault]:
    seen: set[str] = set()
    for section, own in _sections(nodes).items():
        for name in own:
            if name in seen:
                yield Fault(f"/nodes/{section}/{name}", "doubled_node", f"another section has a node {name} too")
            seen.add(name)


def _flow(written: schema.FlowFile) -> Flow:
    return Flow(
        name=written.flow,
        version=written.version,
        start=written.start,
        holding=written.holding,
        left=written.left,
        safe=written.safe,
        silence=written.silence,
        wrong=written.wrong,
        languages=tuple(written.languages),
        prompts={key: _phrase(prompt) for key, prompt in written.prompts.items()},
        nodes={
            name: _node(node, section)
            for section, nodes in _sections(written.nodes).items()
            for name, node in nodes.items()
        },
    )


def _phrase(prompt: Mapping[str, str] | schema.Recording) -> Phrase:
    if isinstance(prompt, schema.Recording):
        return Phrase({language: Audio(file) for language, file in prompt.audio.items()})
    return Phrase(dict(prompt), frozenset(name for text in prompt.values() for name in names_in(text)))


def names_in(text: str) -> frozenset[str]:
    """The arguments a text asks for; none where its braces do not match (the check says so)."""
    try:
        return frozenset(placeholders(text))
    except ValueError:
        return frozenset()


def _line(line: str | schema.PromptLine | schema.MusicLine | schema.PauseLine) -> domain.Line:
    match line:
        case str():
            return domain.PromptLine(prompt=line)
        case schema.PromptLine():
            return domain.PromptLine(prompt=line.prompt, instead=line.instead, each=line.each)
        case schema.MusicLine():
            return domain.MusicLine(line.play, line.seconds)
        case schema.PauseLine():
            return domain.PauseLine(line.pause)
        case _:
            assert_never(line)


def _choice(choice: str | schema.Choice) -> Choice:
    if isinstance(choice, str):
        return Choice(next=choice)
    return Choice(next=choice.next, sets=dict(choice.set), language=choice.language)


def _node(node: schema.AnyNode, section: Section) -> Node:
    lines = () if isinstance(node, schema.Branch | schema.Effect) else tuple(_line(line) for line in node.say)
    match node:
        case schema.Say():
            return domain.SayNode(section=section, lines=lines, sets=dict(node.set), next=node.next)
        case schema.Menu() | schema.Gather():
            return _question(node, section, lines)
        case schema.Branch():
            return domain.BranchNode(section=section, on=node.on, cases=dict(node.cases), otherwise=node.otherwise)
        case schema.Effect():
            return domain.EffectNode(section=section, effect=node.do, results=dict(node.results))
        case schema.Record():
            return domain.RecordNode(
                section=section, lines=lines, max_s=node.max_s, next=node.next, otherwise=node.otherwise
            )
        case schema.Hold():
            return domain.HoldNode(section=section, lines=lines)
        case schema.Leave():
            return domain.LeaveNode(section=section, lines=lines)
        case schema.End():
            return domain.EndNode(section=section, lines=lines)
        case _:
            assert_never(node)


def _question(node: schema.Menu | schema.Gather, section: Section, lines: tuple[domain.Line, ...]) -> Node:
    """A question; one without a default gets the empty name, which the check refuses."""
    if isinstance(node, schema.Menu):
        return domain.MenuNode(
            section=section,
            lines=lines,
            choices={key: _choice(choice) for key, choice in node.keys.items()},
            otherwise=node.otherwise or "",
            tries=node.tries,
            timeout_s=node.timeout_s,
        )
    return domain.GatherNode(
        section=section,
        lines=lines,
        into=node.into,
        shortest=node.digits.min,
        longest=node.digits.max,
        next=node.next,
        otherwise=node.otherwise or "",
        tries=node.tries,
        timeout_s=node.timeout_s,
    )
