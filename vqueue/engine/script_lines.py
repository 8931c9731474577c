"""A node's lines as verbs: prompts with the arguments that are known, music, silence."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from vqueue.domain.flow import Facts, Flow, Session
from vqueue.domain.flow_nodes import Line, MusicLine, PauseLine, PromptLine
from vqueue.domain.speech import Pause, Play, Prompt, Say
from vqueue.domain.speech_args import Arg

Spoken: TypeAlias = Say | Play | Pause


def saying(flow: Flow, session: Session, lines: Iterable[Line], facts: Facts) -> Session:
    """The session with these lines still to be said; prompts of one language that follow each other become one Say."""
    verbs: list[Spoken] = list(session.pending)
    for verb in _verbs(flow, lines, session=session, facts=facts):
        last = verbs[-1] if verbs else None
        if isinstance(verb, Say) and isinstance(last, Say) and last.language == verb.language:
            verbs[-1] = Say((*last.prompts, *verb.prompts), last.language)
        else:
            verbs.append(verb)
    return replace(session, pending=tuple(verbs))


def _verbs(flow: Flow, lines: Iterable[Line], *, session: Session, facts: Facts) -> Iterator[Spoken]:
    for line in lines:
        match line:
            case MusicLine():
                yield Play(line.audio)
            case PauseLine():
                yield Pause(line.seconds)
            case PromptLine():
                for language in _languages(flow, line, session=session, facts=facts):
                    prompt = _prompt(flow, line, session=session, facts=facts, language=language)
                    if prompt is not None:
                        yield Say((prompt,), language)


def _languages(flow: Flow, line: PromptLine, *, session: Session, facts: Facts) -> tuple[str, ...]:
    if not line.each:
        return (session.language,)
    return tuple(language for language in flow.languages if language in facts.languages)


def _prompt(flow: Flow, line: PromptLine, *, session: Session, facts: Facts, language: str) -> Prompt | None:
    """The prompt, or the one to say instead; None (nothing is said) rather than a sentence with a hole in it."""
    for key in (line.prompt, line.instead):
        phrase = flow.prompts.get(key) if key is not None else None
        if phrase is None:
            continue
        args = {name: _arg(name, session=session, facts=facts, language=language) for name in sorted(phrase.needs)}
        known = {name: arg for name, arg in args.items() if arg is not None}
        if len(known) == len(args):
            return Prompt(f"{flow.name}.{key}", known)
    return None


def _arg(name: str, *, session: Session, facts: Facts, language: str) -> Arg | None:
    remembered = session.args.get(name)
    return facts.arg(name, language) if remembered is None else remembered
