"""A caller's conversation: load or start it, ask the script, carry out its effects, store the answer, then speak it."""

import json
from dataclasses import dataclass, replace
from functools import partial

from vqueue.domain.cards import strip_cards
from vqueue.domain.errors import NotFound, StaleWrite
from vqueue.domain.flow import Facts, Flow, HoldEnded, Input, Keys, Recorded, Session, Started
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Way
from vqueue.domain.phone import Sealed, caller
from vqueue.domain.rules import Hours, Queue, Rules
from vqueue.domain.speech import EnterHold, Goto, Hangup, Pause, Speech, Target
from vqueue.domain.speech_args import Digits, Text
from vqueue.domain.speech_json import session_from_json, session_to_json, speech_from_json, speech_to_json
from vqueue.engine import hours
from vqueue.engine.script import advance, begin
from vqueue.ports.database import Conversation, Work
from vqueue.ports.voice import QueueResult, Told
from vqueue.services import effects, hearing, keeping, screening, settling, standing
from vqueue.services.clerk import Clerk
from vqueue.services.errand import Errand
from vqueue.services.house import House

NO_QUEUE = Queue(id="", names={}, rules=Rules(hours=Hours(week={})))
"""Before the first queue is set up: closed, so that a caller hears it and is not kept waiting for nobody."""
_CARD_DIGITS = 16
_EFFECTS_PER_TURN = 12
"""Effects between two speeches at the most; the flow's own bound on nodes is tighter in practice."""


@dataclass(frozen=True, slots=True)
class Known:
    """A stored conversation, opened."""

    row: Conversation
    session: Session
    speech: Speech


async def inbound(house: House, flow: Flow, told: Told) -> Speech:
    """The bank's number was rung. A doubled first question gets the same answer; an agent's own phone its own line."""
    known = await _by_call(house, told)
    if known is not None:
        return known.speech or await _go_on(house, flow, known, Started())
    agent = await standing.recognise(house, told)
    if agent is not None:
        return await standing.welcome(house, agent, told)
    row, session = await _new(house, flow, told)
    return await _go_on(house, flow, Known(row, session, ()), Started())


async def step(house: House, flow: Flow, conversation: str, number: int, told: Told) -> Speech:
    """An answer to step `number`. The current step moves on; an older one only gets the current speech."""
    known = await _load(house, conversation)
    if known is None:
        return (Hangup(),)
    if number != known.session.step:
        return known.speech
    heard: Input = Recorded(told.recording) if told.recording else Keys(without_card(told.digits))
    return await _go_on(house, flow, known, heard)


def without_card(digits: str) -> str:
    """What was keyed, unless it is a payment card's number: that is never remembered, and means a wrong entry.

    Sixteen digits and more are no telephone number; shorter ones may be both, and count as a card only by its length
    and first digits (15 from 34 or 37).
    """
    if strip_cards(digits) == digits:
        return digits
    short = len(digits) < _CARD_DIGITS and not (len(digits) == 15 and digits.startswith(("34", "37")))
    return digits if short else "*"


async def left(house: House, flow: Flow, conversation: str, told: Told) -> Speech:
    """The hold is over: the answer depends on where the request stands, never on the provider's word alone."""
    known = await _load(house, conversation)
    if known is None:
        return (Hangup(),)
    if told.queue_result is QueueResult.HANGUP:
        await house.act(partial(keeping.call_over, known=conversation))
        _drop_hold(house, known)
        return (Hangup(),)
    if told.queue_result in (QueueResult.BRIDGED, QueueResult.BRIDGING, QueueResult.REDIRECTED_FROM_BRIDGED):
        met = told.queue_result is not QueueResult.BRIDGING
        await house.act(partial(_talk_over, conversation=conversation, met=met))
    if not (known.session.holding or known.session.node == flow.left):
        return known.speech
    speech = await _go_on(house, flow, known, HoldEnded())
    if not any(isinstance(verb, EnterHold) for verb in speech):
        _drop_hold(house, known)
    return speech


def _drop_hold(house: House, known: Known) -> None:
    """The provider keeps a queue for ever: the one of this request's hold is deleted beside the answer."""
    request = known.session.vars.get("request")
    if isinstance(request, str):
        house.spawn(_drop_queue(house, f"vq-{request}"))


async def _drop_queue(house: House, name: str) -> None:
    await house.telephony.drop_queue(name)


async def over(house: House, told: Told) -> None:
    """The number's own status callback: a call to the bank has ended, wherever in the conversation it was."""
    known = await _by_call(house, told)
    if known is not None:
        await house.act(partial(keeping.call_over, known=known.row.id))
    else:
        await standing.gone(house, told)


async def mend(house: House, flow: Flow, told: Told) -> Speech:
    """The fallback address: one of our answers failed. The caller is taken back to where he was, with his place."""
    known = await _by_call(house, told)
    if known is None:
        return await inbound(house, flow, told)
    if known.session.holding:
        return Pause(2), Goto(Target("wait", known.row.id, known.session.step))
    return Pause(1), Goto(Target("session", known.row.id, known.session.step))


async def _go_on(house: House, flow: Flow, known: Known, heard: Input) -> Speech:
    """Turns of the script with its effects between them, until there is a speech; stored before it is spoken."""
    facts = await _facts(house, known)
    turn = advance(flow, known.session, heard, facts)
    for _ in range(_EFFECTS_PER_TURN):
        if turn.effect is None:
            break
        errand = Errand(house, known.row, turn.session, turn.effect.values)
        outcome = await effects.perform(errand, turn.effect)
        facts = await _facts(house, replace(known, session=turn.session))
        turn = advance(flow, turn.session, outcome, facts)
    after = replace(known, session=turn.session, speech=turn.speech)
    try:
        await house.act(partial(_save, row=_sealed(house, after)))
    except StaleWrite:
        # The same question came twice at once: the other one's answer is the answer.
        current = await _load(house, known.row.id)
        return current.speech if current is not None else (Hangup(),)
    return turn.speech


def _sealed(house: House, known: Known) -> Conversation:
    request = known.session.vars.get("request")
    return replace(
        known.row,
        session=house.vault.seal(json.dumps(session_to_json(known.session))),
        speech=house.vault.seal(json.dumps(speech_to_json(known.speech))),
        step=known.session.step,
        request=RequestId(request) if isinstance(request, str) else None,
        seen_at=house.clock.now(),
    )


def _save(clerk: Clerk, row: Conversation) -> None:
    clerk.work.conversations.replace(row)


async def _new(house: House, flow: Flow, told: Told) -> tuple[Conversation, Session]:
    conversation_id = house.chance.id("cv")
    queue = await house.database.read(partial(_queue, queue=house.line.first_queue))
    languages = queue.rules.languages or ("en",)
    language = next((one for one in languages if one in flow.languages), flow.languages[0])
    session = begin(flow, session_id=conversation_id, language=language, values={"queue": house.line.first_queue})
    phone = caller(told.caller)
    row = Conversation(
        id=conversation_id,
        call_sid=told.call_sid,
        session=house.vault.seal(json.dumps(session_to_json(session))),
        speech=house.vault.seal(json.dumps(speech_to_json(()))),
        step=session.step,
        started_at=house.clock.now(),
        caller=house.vault.seal_phone(phone) if phone else None,
        seen_at=house.clock.now(),
    )
    try:
        await house.act(partial(_open, row=row))
    except StaleWrite:
        known = await _by_call(house, told)
        if known is None:
            raise
        return known.row, known.session
    return row, session


def _open(clerk: Clerk, row: Conversation) -> None:
    clerk.work.conversations.insert(row)
    clerk.note(Fact.CALL_STARTED, call=row.id, known_number=row.caller is not None)


def _talk_over(clerk: Clerk, conversation: str, met: bool) -> None:
    """The agent hung up first: the caller's side of the talk is over, though his call is not."""
    row = clerk.work.conversations.get(conversation)
    for leg in clerk.work.legs.by_call(row.call_sid):
        if leg.live and leg.way is Way.INBOUND:
            own = screening.joined_after_all(clerk, settling.load(clerk, leg.attempt), leg) if met else leg
            if own.live and own.joined_at is not None:
                hearing.ended(clerk, own, cause=None)


async def _facts(house: House, known: Known) -> Facts:
    """What the script may branch on and say at this input."""
    chosen = known.session.vars.get("queue")
    queue = await house.database.read(
        partial(_queue, queue=chosen if isinstance(chosen, str) else house.line.first_queue)
    )
    now = house.clock.now()
    values: dict[str, Text | Digits] = {"bank": Text(house.line.bank)}
    if known.row.caller is not None:
        values["ending"] = Digits(_last_digits(house, known.row.caller))
    return Facts(
        now=now,
        zone=queue.rules.hours.zone,
        languages=queue.rules.languages,
        queue_names=queue.names,
        open=hours.is_open(queue.rules.hours, now),
        caller_known=known.row.caller is not None,
        values=values,
    )


def _last_digits(house: House, sealed: Sealed) -> str:
    return house.vault.open_phone(sealed).e164[-3:]


def _queue(work: Work, queue: str) -> Queue:
    """The chosen queue; the line's first one where the flow names a queue that is not there."""
    try:
        return work.queues.get(queue)
    except NotFound:
        known = work.queues.all()
        return known[0] if known else NO_QUEUE


async def _by_call(house: House, told: Told) -> Known | None:
    row = await house.database.read(lambda work: work.conversations.by_call(told.call_sid))
    return _opened(house, row) if row is not None else None


async def _load(house: House, conversation: str) -> Known | None:
    try:
        row = await house.database.read(lambda work: work.conversations.get(conversation))
    except NotFound:
        return None
    return _opened(house, row)


def _opened(house: House, row: Conversation) -> Known:
    session = session_from_json(json.loads(house.vault.open(row.session)))
    speech = speech_from_json(json.loads(house.vault.open(row.speech)))
    return Known(row, session, speech)
