"""Everything that is stored between two inputs comes back exactly as it was."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.flow import Session
from vqueue.domain.phone import Phone
from vqueue.domain.speech import (
    Ask,
    DialCustomer,
    DialHolder,
    EnterHold,
    Goto,
    Hangup,
    LeaveHold,
    Nothing,
    Pause,
    Play,
    Prompt,
    Record,
    Say,
    Speech,
    Target,
)
from vqueue.domain.speech_args import Clock, Day, Digits, Minutes, Number, Position, Text, Window
from vqueue.domain.speech_json import session_from_json, session_to_json, speech_from_json, speech_to_json

texts = st.text(st.characters(codec="utf-8"), max_size=30)
names = st.from_regex(r"[a-z][a-z0-9_.]{0,12}", fullmatch=True) | st.sampled_from(["is", "of", "at"])
counts = st.integers(0, 10**6)
zones = st.sampled_from(["Europe/London", "Asia/Jerusalem", "Europe/Moscow"])
offsets = st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=-5, minutes=-30))])
moments = st.builds(
    lambda at, zone: at.replace(tzinfo=zone), st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1)), offsets
)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
args = st.one_of(
    st.builds(Number, counts), st.builds(Minutes, counts), st.builds(Position, counts),
    st.builds(Clock, moments, zones), st.builds(Day, days, days),
    st.builds(Window, moments, moments, zones, st.none() | moments),
    st.builds(Digits, texts), st.builds(Text, texts),
)  # fmt: skip
targets = st.builds(Target, st.sampled_from(["session", "wait", "left"]), names, st.none() | counts)
prompts = st.builds(Prompt, names, st.dictionaries(names, args, max_size=3))
said = st.one_of(
    st.builds(Say, st.lists(prompts, max_size=3).map(tuple), st.sampled_from(["en", "ru", "he"])),
    st.builds(Play, texts, counts),
    st.builds(Pause, counts),
)
said_in_turn = st.lists(said, max_size=3).map(tuple)
phones = st.from_regex(r"\+44207946\d{4}", fullmatch=True).map(Phone)
verbs = st.one_of(
    said,
    st.builds(Ask, content=said_in_turn, then=targets, digits=st.none() | counts, timeout_s=counts,
              empty_too=st.booleans()),
    st.builds(Goto, targets), st.builds(EnterHold, request=names, wait=targets, left=targets), st.just(LeaveHold()),
    st.builds(Record, max_s=counts, then=targets, status=st.none() | targets),
    st.builds(DialHolder, request=names, action=targets, joined=targets),
    st.builds(DialCustomer, phone=phones, caller_id=texts, ring_s=counts, time_limit_s=counts, action=targets,
              screen=targets, status=targets, amd=st.none() | targets),
    st.just(Hangup()), st.just(Nothing()),
)  # fmt: skip
plain = st.none() | st.booleans() | counts | texts
sessions = st.builds(
    Session, id=names, flow=names, node=names, step=counts, language=st.sampled_from(["en", "ru", "he"]),
    vars=st.dictionaries(names, plain, max_size=4), args=st.dictionaries(names, args, max_size=4), pending=said_in_turn,
    holding=st.booleans(), hold_step=st.none() | counts, asked=st.booleans(), tries=counts, ran=counts, turns=counts,
    done=st.booleans(),
)  # fmt: skip


@given(st.lists(verbs, max_size=4).map(tuple))
def test_a_speech_comes_back_as_it_was(speech: Speech) -> None:
    assert speech_from_json(json.loads(json.dumps(speech_to_json(speech)))) == speech


@given(sessions)
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    assert session_from_json(json.loads(json.dumps(session_to_json(session)))) == session


def test_a_session_stored_before_a_field_was_added_has_its_default() -> None:
    stored = session_to_json(Session(id="s", flow="main", node="welcome"))
    assert isinstance(stored, dict)
    del stored["hold_step"]
    assert session_from_json(stored) == Session(id="s", flow="main", node="welcome")


@pytest.mark.parametrize(
    "stored", [None, 3, "x", {}, {"is": "Session"}, {"is": "Robbery"}, [{"is": "Say", "loud": True}], [{"is": "map"}]]
)
def test_anything_else_is_refused(stored: object) -> None:
    with pytest.raises(ValueError):
        session_from_json(stored)  # type: ignore[arg-type]
    if isinstance(stored, list) or stored != {}:
        with pytest.raises(ValueError):
            speech_from_json(stored)  # type: ignore[arg-type]
