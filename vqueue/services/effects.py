"""Carrying out what a conversation asks for: each effect of the script's catalogue, and the word it comes back with."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.errors import AgentComing, AlreadyDialing, AlreadyOpen, RateLimited, Refusal
from vqueue.domain.flow import Effect, Outcome
from vqueue.domain.ids import PromiseId, SessionId
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Window as PromisedWindow
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.speech_args import Digits, Minutes, Position
from vqueue.engine.offer import Offer, OfferState
from vqueue.engine.withholding import Arm
from vqueue.ports.database import Work
from vqueue.services import effects_booking, entering, quoting, requesting, returning, ringing_in
from vqueue.services.clerk import Clerk
from vqueue.services.errand import Errand, Said, spoken, standing, times
from vqueue.services.quoting import Grounds
from vqueue.services.terms import LATER, no_offer
from vqueue.services.terms import terms as terms_for

_OFFER_WORDS = {OfferState.CLOSED: "closed", OfferState.STALE: "stale"}


async def perform(errand: Errand, effect: Effect) -> Outcome:
    """Carries the effect out. A refusal is one of the words the flow knows, never an exception."""
    return await _EFFECTS[effect.name](errand)


async def _recognise(errand: Errand) -> Outcome:
    caller = errand.caller
    if caller is None:
        return Outcome("none", {"request": None})
    index, now = errand.house.vault.index(caller.e164), errand.house.clock.now()
    found = await errand.house.database.read(partial(_recognisable, index=index, now=now))
    request = next((one for one in found if one.queue == errand.queue), found[0] if found else None)
    if request is None:
        return Outcome("none", {"request": None})
    seen = await quoting.grounds(errand.house, request.queue)
    said = {**standing(seen, request), **await effects_booking.first_slot(errand, seen, request)}
    return Outcome(
        "expected" if request.mode is Mode.CALL_IN else "open", {"request": request.id, "queue": request.queue, **said}
    )


def _recognisable(work: Work, index: str, now: datetime) -> list[Request]:
    """Requests a caller can come back to: not those on another line already, nor messages."""
    here = (State.WAITING, State.BOOKED, State.CONNECTING, State.UNREACHED, State.ABANDONED)
    found = work.requests.open_of(now=now, phone_index=index)
    return [one for one in found if one.state in here and one.mode is not Mode.MESSAGE]


async def _check_code(errand: Errand) -> Outcome:
    """The code is forgotten whatever it was."""
    try:
        request = await ringing_in.keyed(
            errand.house, errand.text("code"), call=errand.conversation.id, caller=errand.caller
        )
    except RateLimited:
        return Outcome("over", {"code": None})
    except Refusal:
        return Outcome("gone", {"code": None})
    if request is None:
        return Outcome("wrong", {"code": None})
    seen = await quoting.grounds(errand.house, request.queue)
    return Outcome("open", {"code": None, "request": request.id, "queue": request.queue, **standing(seen, request)})


async def _offer(errand: Errand) -> Outcome:
    seen = await quoting.grounds(errand.house, errand.queue)
    caller = errand.caller
    possible = seen.decide(quoting.verdict(seen, caller.e164) if caller else None, ahead=errand.ahead(seen))
    decided, arm = seen.by_lot(possible, errand.conversation.id)
    said: Said = times(seen) | await effects_booking.first_slot(errand, seen)
    said |= errand.announced(seen)
    callback = decided.option(Mode.CALLBACK)
    if callback is not None and callback.window is not None:
        said["window"] = spoken(seen, callback.window)
    elif decided.wait is not None and LATER & set(decided.reasons):
        turn = seen.window(decided.wait, ring=False)
        said |= {"window": spoken(seen, turn)} if turn is not None else {}
    if decided.wait is not None and "no_agents" not in decided.wait.reasons:
        said |= {"wait": Minutes(round(decided.wait.p50_s / 60)), "position": Position(decided.ahead + 1)}
    word = "offer" if callback is not None else _OFFER_WORDS.get(decided.state) or no_offer(decided)
    said |= _after_opening(errand, seen) if word == "too_late" else {}
    version = seen.queue.rules_version
    await errand.house.act(partial(_noted, errand=errand, word=word, decided=decided, version=version, arm=arm))
    return Outcome(word, said)


def _after_opening(errand: Errand, seen: Grounds) -> Said:
    """When he can be called once the queue has opened again, his place kept until then."""
    terms = terms_for(seen, errand.ahead(seen), errand.verdict(seen))
    if terms is None or terms.opening is None or terms.quote is None:
        return {}
    return {"later": spoken(seen, terms.quote.window)}


def _noted(clerk: Clerk, errand: Errand, word: str, decided: Offer, version: int, arm: Arm | None) -> None:
    clerk.note(
        Fact.OFFER_MADE,
        queue=errand.queue,
        rules_version=version,
        call=errand.conversation.id,
        offer=word,
        reasons=list(decided.reasons),
        arm=arm,
        ahead=decided.ahead,
        p50_s=decided.wait.p50_s if decided.wait and decided.wait.p50_s < 1e9 else None,
    )


async def _check_number(errand: Errand) -> Outcome:
    seen = await quoting.grounds(errand.house, errand.queue)
    found = quoting.verdict(seen, errand.text("digits"))
    if found.phone is not None:
        return Outcome("fine", {"number": found.phone.e164, "phone": Digits(found.phone.e164)})
    wrong = found.reason in ("empty", "not_a_number", "not_valid", "short")
    return Outcome("wrong" if wrong else "refused", {"number": None})


async def _request_callback(errand: Errand) -> Outcome:
    seen = await quoting.grounds(errand.house, errand.queue)
    reach = errand.reach(seen)
    if reach is None:
        return Outcome("refused")
    terms = terms_for(seen, errand.ahead(seen), errand.verdict(seen))
    if terms is None:
        return Outcome("unavailable")
    wish = errand.wish(seen, Mode.SCHEDULED if terms.opening else Mode.CALLBACK, reach, opening=terms.opening)
    return await _kept(errand, seen, partial(requesting.request_callback, wish=wish, quote=terms.quote))


async def _switch(errand: Errand) -> Outcome:
    request = await _request(errand)
    seen = await quoting.grounds(errand.house, request.queue)
    reach = errand.reach(seen)
    if reach is None:
        return Outcome("refused")
    ahead, _ = quoting.standing(seen, request)
    terms = terms_for(seen, ahead, errand.verdict(seen))
    if terms is None:
        return Outcome("unavailable")
    promise = PromiseId(errand.house.chance.id("pr"))
    deed = partial(
        requesting.switch,
        request_id=request.id,
        reach=reach,
        quote=terms.quote,
        promise_id=promise,
        opening=terms.opening,
    )
    return await _kept(errand, seen, deed)


async def _kept(errand: Errand, seen: Grounds, deed: Callable[[Clerk], Request]) -> Outcome:
    """Stores the place; only then may its promise be said."""
    try:
        request = await errand.house.act(deed)
    except AgentComing:
        return Outcome("agent_coming")
    except AlreadyOpen:
        return Outcome("already_open")
    except Refusal:
        return Outcome("unavailable")
    promised = await errand.house.database.read(partial(_promised_window, request=request))
    window = spoken(seen, promised) if promised else None
    return Outcome("kept", {"request": request.id, "window": window, "ending": errand.ending})


async def _hold(errand: Errand) -> Outcome:
    seen = await quoting.grounds(errand.house, errand.queue)
    reach = errand.reach(seen)
    request = await errand.house.act(partial(requesting.hold, wish=errand.wish(seen, Mode.HOLD, reach)))
    return Outcome("holding", {"request": request.id, **standing(seen, request)})


async def _message(errand: Errand) -> Outcome:
    """Parks the holder's place before the recording; keeps the message after it."""
    said: Said = {}
    if errand.request:
        request = await _request(errand)
        seen = await quoting.grounds(errand.house, request.queue)
        try:
            await errand.house.act(
                partial(requesting.to_message, request_id=request.id, recording=errand.text("recording"))
            )
        except AgentComing:
            return Outcome("agent_coming")
        return Outcome("kept", {**said, **times(seen)})
    seen = await quoting.grounds(errand.house, errand.queue)
    wish = errand.wish(seen, Mode.MESSAGE, errand.reach(seen))
    request = await errand.house.act(partial(requesting.message, wish=wish, recording=errand.text("recording")))
    return Outcome("kept", {"request": request.id, **times(seen)})


async def _keep(errand: Errand) -> Outcome:
    """The place stays; one whose call was missed becomes a callback again."""
    try:
        request = await errand.house.act(partial(returning.come_back, request_id=errand.request))
    except Refusal:
        return Outcome("gone", {"request": None})
    seen = await quoting.grounds(errand.house, request.queue)
    return Outcome("agent_coming" if request.state is State.CONNECTING else "done", standing(seen, request))


async def _cancel(errand: Errand) -> Outcome:
    try:
        await errand.house.act(partial(requesting.cancel, request_id=errand.request, reason="cancelled_by_phone"))
    except AlreadyDialing:
        await errand.house.act(partial(requesting.no_retry, request_id=errand.request))
        return Outcome("agent_coming")
    except Refusal:
        return Outcome("gone", {"request": None})
    return Outcome("done", {"request": None})


async def _take_hold(errand: Errand) -> Outcome:
    try:
        request = await errand.house.act(partial(_taken_in, errand=errand))
    except AgentComing:
        return Outcome("agent_coming")
    except Refusal:
        return Outcome("gone", {"request": None})
    seen = await quoting.grounds(errand.house, request.queue)
    return Outcome("done", {"request": request.id, **standing(seen, request)})


def _taken_in(clerk: Clerk, errand: Errand) -> Request:
    call, session = errand.conversation.call_sid, SessionId(errand.session.id)
    request = returning.take_hold(clerk, errand.request, call_sid=call, session=session)
    return ringing_in.own_call(clerk, request, caller=errand.conversation.caller)


async def _hold_news(errand: Errand) -> Outcome:
    """Place and window of a holder, or that an agent is coming, or that the queue is about to close."""
    request = await errand.house.act(partial(entering.in_hold, request_id=errand.request))
    if request.state in (State.CONNECTING, State.TALKING):
        return Outcome("coming")
    seen = await quoting.grounds(errand.house, request.queue)
    ahead, _ = quoting.standing(seen, request)
    if _closing(seen, ahead):
        return Outcome("closing", times(seen) | await effects_booking.first_slot(errand, seen))
    return Outcome("fresh" if seen.fresh else "stale", standing(seen, request))


def _closing(seen: Grounds, ahead: int) -> bool:
    """The queue is closed, or closes soon and probably before this place's turn."""
    if not seen.open:
        return True
    if seen.closes_at is None or seen.closes_at - seen.now > timedelta(seconds=seen.queue.rules.deadlines.close_lead_s):
        return False
    wait = seen.wait(ahead)
    return wait is None or seen.now + timedelta(seconds=min(wait.p50_s, 1e6)) > seen.closes_at


async def _after_hold(errand: Errand) -> Outcome:
    request = await _request(errand)
    seen = await quoting.grounds(errand.house, request.queue)
    if request.mode is Mode.MESSAGE and request.is_open:
        return Outcome("message")
    match request.state:
        case State.HOLDING | State.CONNECTING:
            return Outcome("holding")
        case State.WAITING | State.BOOKED:
            window = await errand.house.database.read(partial(_promised_window, request=request))
            return Outcome("promised", {"window": spoken(seen, window) if window else None, "ending": errand.ending})
        case State.CANCELLED:
            return Outcome("cancelled")
        case _:
            return Outcome("talked")


def _promised_window(work: Work, request: Request) -> PromisedWindow | None:
    return work.promises.get(request.promise).window if request.promise else None


async def _request(errand: Errand) -> Request:
    return await errand.house.database.read(lambda work: work.requests.get(errand.request))


_EFFECTS: Mapping[str, Callable[[Errand], Awaitable[Outcome]]] = {
    "recognise": _recognise,
    "check_code": _check_code,
    "offer": _offer,
    "next_slots": effects_booking.next_slots,
    "book": effects_booking.book,
    "check_number": _check_number,
    "request_callback": _request_callback,
    "switch": _switch,
    "hold": _hold,
    "message": _message,
    "keep": _keep,
    "cancel": _cancel,
    "take_hold": _take_hold,
    "hold_news": _hold_news,
    "after_hold": _after_hold,
}
