"""An attempt in the simulated bank: agent, telephone, key, talk; misses by the live rules of retrying."""

from functools import partial
from itertools import accumulate

from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.ids import QueueId
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.engine import retry
from vqueue.simulator import joining
from vqueue.simulator.bank import Bank
from vqueue.simulator.floor import HOLD, HOLDING, QUEUE, Caller, Chair, at
from vqueue.simulator.people import TRIES

DEAD_S = 2.0
"""Until the network says that a telephone is busy or cannot be reached."""
PROOF_S = 15.0
"""How long a key is waited for after somebody, or something, answered."""
CONNECTING, TALKING, CUSTOMER_FIRST = State.CONNECTING, State.TALKING, Shape.CUSTOMER_FIRST
RESERVED, ON_CALL = Presence.RESERVED, Presence.TALKING
SILENT = (Cause.BUSY, Cause.FAILED, Cause.REFUSED)
"""Nothing rings."""


def reserve(bank: Bank, caller: Caller, chair: Chair, shape: Shape) -> None:
    """The pair leaves the line together."""
    now, rings_already, on_the_line = bank.now, caller.flying, caller.state is HOLDING
    caller.chair = chair
    bank.tally.taken(caller, now)
    bank.take_out(caller)
    caller.state = CONNECTING
    chair.reserved_at = now
    if rings_already:
        # The agent is called when he presses the key.
        bank.floor.set(chair, RESERVED, now)
        _land(bank, caller)
        return
    caller.step += 1
    caller.attempts += 1
    if on_the_line or shape is not CUSTOMER_FIRST:
        _call_agent(bank, caller, chair)
    else:
        bank.floor.set(chair, RESERVED, now)
        _ring(bank, caller)


def ring_ahead(bank: Bank, caller: Caller) -> None:
    """No agent is there for him yet; he keeps his place in line while his telephone rings."""
    caller.step += 1
    caller.attempts += 1
    caller.ahead = caller.flying = True
    bank.floor.flying[caller.id] = caller
    bank.tally.ahead += caller.counted
    _ring(bank, caller)


def _land(bank: Bank, caller: Caller) -> None:
    caller.flying = False
    bank.floor.flying.pop(caller.id, None)


def _draw(caller: Caller) -> int:
    return min(caller.attempts, TRIES) - 1


def _call_agent(bank: Bank, caller: Caller, chair: Chair) -> None:
    """He is reserved until he answers, or does not."""
    people, team, n = bank.people(caller), bank.scenario.agents[chair.team], _draw(caller)
    if team.miss and people.seat_miss[caller.row, n] < team.miss:
        _keep(bank, chair)
        bank.agenda.after(bank.rules.agents.ring_s, partial(_agent_missed, bank, caller, chair), caller)
        return
    wait = float(people.seat_s[chair.team][caller.row, n])
    if wait > 0 or not (caller.pressed_at or caller.mode is HOLD):
        _keep(bank, chair)
    if wait > 0:
        bank.agenda.after(wait, partial(_agent_there, bank, caller), caller)
    else:
        _agent_there(bank, caller)


def _keep(bank: Bank, chair: Chair) -> None:
    """Reserved, where he is not already."""
    if chair.presence is not RESERVED:
        bank.floor.set(chair, RESERVED, bank.now)


def _agent_missed(bank: Bank, caller: Caller, chair: Chair) -> None:
    """Not the customer's fault: back to his place, which is the head; the agent is away for a while."""
    bank.floor.set(chair, Presence.AWAY, bank.now)
    bank.agenda.after(bank.scenario.agents[chair.team].away_s, partial(_back, bank, chair))
    caller.step += 1
    caller.chair = None
    caller.state = State.HOLDING if caller.mode is Mode.HOLD or caller.pressed_at else State.WAITING
    bank.line_up(caller)


def _back(bank: Bank, chair: Chair) -> None:
    if chair.presence is Presence.AWAY:
        bank.floor.release(chair, bank.now)


def _agent_there(bank: Bank, caller: Caller) -> None:
    """The customer is on the line already, or is rung now; before a booked time nobody's telephone rings."""
    if caller.pressed_at or caller.mode is HOLD:
        _join(bank, caller)
    else:
        bank.agenda.at(caller.slot_start, partial(_ring, bank, caller), caller)


def _ring(bank: Bank, caller: Caller) -> None:
    if caller.id in bank.phones:
        raise RuntimeError("a customer was called twice at once")
    people, n, callback = bank.people(caller), _draw(caller), bank.scenario.callback
    bank.phones.add(caller.id)
    caller.rings += 1
    bank.tally.rings += caller.counted
    rings_s, limit = float(people.ring_s[caller.row, n]), float(bank.rules.callback.ring_s)
    answered = people.answer[caller.row, n] < callback.answer and rings_s <= limit
    cause = None if answered else _cause(callback.missed, float(people.cause[caller.row, n]))
    if cause not in SILENT:
        bank.settle(caller, bank.now)
    if cause is None:
        after = rings_s + float(people.key_s[caller.row])
        bank.rang_s.append(after)
        snoozes = people.snooze[caller.row, n] < callback.snooze
        bank.agenda.after(after, partial(_snoozed if snoozes else _pressed, bank, caller), caller)
        return
    quiet = {Cause.NO_ANSWER: limit, Cause.MACHINE: PROOF_S + min(rings_s, limit)}
    quiet |= {Cause.NO_KEY: PROOF_S + min(rings_s, limit)}
    bank.agenda.after(quiet.get(cause, DEAD_S), partial(_missed, bank, caller, cause), caller)


def _cause(weights: dict[str, float], chance: float) -> Cause:
    """Why it is missed, by these weights."""
    names, edges = list(weights), list(accumulate(weights.values()))
    return Cause(next(name for name, edge in zip(names, edges, strict=True) if chance * edges[-1] <= edge))


def _pressed(bank: Bank, caller: Caller) -> None:
    """Key 1: a person. With the agent there both hear each other at once; else he is called now. Who was rung ahead and
    has no agent yet holds at his place."""
    chair = caller.chair
    if chair is None:
        _land(bank, caller)
        bank.take_out(caller)
        caller.pressed_at, caller.state = bank.now, State.HOLDING
        since = caller.ready_since
        bank.line_up(caller)
        caller.ready_since = since
        return
    caller.pressed_at = bank.now
    if caller.ahead or bank.rules.callback.shape is Shape.CUSTOMER_FIRST:
        _call_agent(bank, caller, chair)
    else:
        wait = float(bank.people(caller).join_s[caller.row])
        bank.agenda.after(wait, partial(_join, bank, caller), caller)


def _join(bank: Bank, caller: Caller) -> None:
    """Both hear each other."""
    people, chair, now = bank.people(caller), caller.chair, bank.now
    assert chair is not None
    caller.step += 1
    caller.state = TALKING
    second = now - caller.pressed_at if caller.pressed_at else None
    bank.tally.joined(caller, now, second_hold_s=second)
    bank.tally.end(caller, "served")
    if caller.mode is HOLD:
        bank.evidence.stood(now, now - caller.arrived, abandoned=False)
    else:
        bank.boards.open_callbacks -= 1
    bank.floor.set(chair, ON_CALL, now)
    bank.agenda.after(float(people.handling_s[caller.row]), partial(_hung_up, bank, caller), caller)


def _hung_up(bank: Bank, caller: Caller) -> None:
    chair = caller.chair
    assert chair is not None
    bank.phones.discard(caller.id)
    wrap = float(bank.people(caller).wrap_up_s[caller.row])
    if wrap <= 0:
        _ready(bank, chair)
        return
    bank.floor.set(chair, Presence.WRAPPING, bank.now)
    bank.agenda.after(wrap, partial(_ready, bank, chair))


def _ready(bank: Bank, chair: Chair) -> None:
    now = bank.now
    bank.evidence.handled(now, now - chair.reserved_at)
    bank.floor.release(chair, now)


def _off(bank: Bank, caller: Caller) -> None:
    """The attempt is over without a talk."""
    bank.phones.discard(caller.id)
    if caller.chair is not None:
        bank.floor.release(caller.chair, bank.now)
    if caller.flying:
        _land(bank, caller)
        bank.take_out(caller)
    caller.chair, caller.ahead = None, False
    caller.step += 1
    caller.state = State.WAITING


def _missed(bank: Bank, caller: Caller, cause: Cause) -> None:
    _off(bank, caller)
    decision = retry.after_miss(
        request=_request(caller),
        cause=cause,
        rules=bank.rules,
        now=at(bank.now),
        zone=bank.rules.hours.zone,
        rings_today=caller.rings,
    )
    caller.tries = retry.counted(caller.tries, cause)
    if cause is not Cause.BUSY:
        caller.deadline = None
    _later(bank, caller, decision)


def _snoozed(bank: Bank, caller: Caller) -> None:
    _off(bank, caller)
    zone = bank.rules.hours.zone
    decision = retry.snooze(request=_request(caller), rules=bank.rules, now=at(bank.now), zone=zone)
    caller.tries = retry.counted(caller.tries, Cause.SNOOZED)
    caller.deadline = None
    _later(bank, caller, decision)


def _later(bank: Bank, caller: Caller, decision: retry.Retry | retry.GiveUp) -> None:
    match decision:
        case retry.Retry():
            bank.park(caller, decision.not_before.timestamp())
        case retry.GiveUp():
            bank.settle(caller, None)
            bank.boards.open_callbacks -= 1
            caller.state = State.UNREACHED
            joining.gone(bank, caller, "unreached")


def _request(caller: Caller) -> Request:
    """The request as the rules of retrying look at it."""
    return Request(
        id=caller.id,
        queue=QueueId(QUEUE),
        mode=caller.mode,
        channel=Channel.IVR,
        state=State.CONNECTING,
        virtual_start=at(caller.virtual_start),
        created_at=at(caller.arrived),
        slot_start=at(caller.slot_start) if caller.slot_start else None,
        tries=dict(caller.tries),
        rings=caller.rings,
    )


def hang_up(bank: Bank, caller: Caller) -> None:
    """His patience is over while nobody talks to him."""
    connecting = caller.state is State.CONNECTING
    if caller.mode is not Mode.HOLD or not (connecting or caller.state is State.HOLDING):
        return
    bank.take_out(caller)
    if connecting and caller.chair is not None:
        bank.floor.release(caller.chair, bank.now)
    caller.step += 1
    caller.chair = None
    caller.state = State.ABANDONED
    bank.evidence.stood(bank.now, bank.now - caller.arrived, abandoned=True)
    if caller.counted:
        bank.tally.gave_up_s.append(bank.now - caller.arrived)
    joining.gone(bank, caller, "abandoned")
