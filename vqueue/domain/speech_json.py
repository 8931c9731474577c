"""Speeches and sessions to JSON and back, exactly: what is stored between two inputs of a call."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from vqueue.domain import speech, speech_args
from vqueue.domain.flow import Session
from vqueue.domain.phone import Phone
from vqueue.domain.speech import Speech

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_KIND = "is"
_KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Session, Phone, speech.Target, speech.Prompt, speech.Say, speech.Play, speech.Pause, speech.Ask, speech.Goto,
        speech.EnterHold, speech.LeaveHold, speech.Record, speech.DialHolder, speech.DialCustomer, speech.Hangup,
        speech.Nothing, speech_args.Number, speech_args.Minutes, speech_args.Position, speech_args.Clock,
        speech_args.Window, speech_args.Day, speech_args.Digits, speech_args.Text,
    )
}  # fmt: skip


def speech_to_json(said: Speech) -> Json:
    """A list of verbs, each an object whose `is` names its kind."""
    return _to_json(said)


def speech_from_json(stored: Json) -> Speech:
    """The speech as it was. Raises ValueError for anything `speech_to_json` does not give."""
    verbs = _from_json(stored)
    if not isinstance(verbs, tuple):
        raise ValueError("a speech is a list of verbs")
    return verbs


def session_to_json(session: Session) -> Json:
    """One object; it holds what was keyed, so it is sealed where it rests."""
    return _to_json(session)


def session_from_json(stored: Json) -> Session:
    """The session as it was; fields it was stored without have their defaults. Raises ValueError for anything else."""
    session = _from_json(stored)
    if not isinstance(session, Session):
        raise ValueError("not a session")
    return session


def _to_json(value: object) -> Json:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {_KIND: "datetime", "at": value.isoformat()}
        case date():
            return {_KIND: "date", "on": value.isoformat()}
        case tuple():
            return [_to_json(item) for item in value]
        case Mapping():
            return {_KIND: "map", "of": {str(key): _to_json(item) for key, item in value.items()}}
        case _ if is_dataclass(value) and type(value) in _KINDS.values():
            own = {each.name: _to_json(getattr(value, each.name)) for each in fields(value)}
            return {_KIND: type(value).__name__, **own}
        case _:
            raise ValueError(f"{type(value).__name__} has no JSON form")


def _from_json(stored: Json) -> Any:
    if isinstance(stored, list):
        return tuple(_from_json(item) for item in stored)
    if not isinstance(stored, dict):
        return stored
    kind = stored.get(_KIND)
    rest = {name: item for name, item in stored.items() if name != _KIND}
    try:
        return _value(kind, rest)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not what was stored") from error


def _value(kind: Json, rest: dict[str, Any]) -> Any:
    match kind:
        case "datetime":
            return datetime.fromisoformat(rest["at"])
        case "date":
            return date.fromisoformat(rest["on"])
        case "map":
            return {name: _from_json(item) for name, item in rest["of"].items()}
        case str():
            return _KINDS[kind](**{name: _from_json(item) for name, item in rest.items()})
        case _:
            raise KeyError(_KIND)
