"""The dispatcher's tick: see what is, plan, reserve each pair in a fenced transaction, then dial."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.board import QueueBoard
from vqueue.domain.errors import AlreadyOpen, NotLeader, NotPossible, StaleWrite
from vqueue.domain.ids import AgentId, AttemptId, LegId, Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Role, Way
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.domain.rules import Queue
from vqueue.engine import hours
from vqueue.engine.plan import Head, Line, Place, Reserve, Seat, Skip, Snapshot, plan
from vqueue.ports.database import ClassHead, Work
from vqueue.services import bank_code, dialing, intending, missing
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_MOST_SEATS = 50
"""Reservations of one tick at the most; the next tick follows at once."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to decide for a shard; `epoch` fences every write."""

    shard: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the database showed: the raw rows a snapshot is made from."""

    queues: list[Queue]
    agents: list[Agent]
    heads: list[ClassHead]
    phones: set[str]
    """Of those waiting: the numbers that have a live customer leg."""
    rings: dict[str, int]


async def tick(house: House, lease: Lease) -> int:
    """Reserves and dials what can be connected now; how much was done. Raises NotLeader when the lease is over."""
    seen = await house.database.read(partial(_look, now=house.clock.now()))
    if not seen.heads:
        return 0
    boards = {board.queue: board for board in await house.board.read_all()}
    snapshot = _snapshot(house, seen, boards)
    standing = {seat.agent for seat in snapshot.seats if seat.standing}
    done, may_call = 0, True
    for action in plan(snapshot, house.clock.now()):
        match action:
            case Skip():
                done += bool(await _set_aside(house, lease, action))
            case Reserve():
                # Asked before anything is reserved: where no call may be created, nothing is taken back either;
                # once refused, nobody further back in the order gets the call that becomes free meanwhile.
                rings = action.shape is Shape.CUSTOMER_FIRST or action.agent not in standing
                may_call = may_call and (not rings or await dialing.may_call(house))
                if may_call or not rings:
                    done += await _connect(house, lease, action)
    return done


def _look(work: Work, now: datetime) -> Seen:
    agents = work.agents.all()
    seats = min(_MOST_SEATS, sum(agent.presence is Presence.READY for agent in agents))
    queues = work.queues.all()
    heads = (
        [head for queue in queues for head in work.requests.heads(queue=queue.id, limit=max(1, seats))] if seats else []
    )
    waiting = [place for head in heads for place in head.places if place.state is State.WAITING]
    rings = work.counters.values([missing.ring_counter(place, now) for place in waiting])
    phones = work.legs.live_numbers({place.phone.index for place in waiting if place.phone is not None})
    return Seen(queues=queues, agents=agents, heads=heads, phones=phones, rings=rings)


def _snapshot(house: House, seen: Seen, boards: dict[str, QueueBoard]) -> Snapshot:
    now = house.clock.now()
    queues = {queue.id: queue for queue in seen.queues}
    return Snapshot(
        lines=tuple(
            Line(
                queue=queue.id,
                rules=queue.rules,
                switches=queue.switches,
                open_now=hours.is_open(queue.rules.hours, now),
                opens_at=hours.next_opening(queue.rules.hours, now),
                board=boards.get(queue.id),
            )
            for queue in seen.queues
        ),
        heads=tuple(_head(house, head, queues[head.queue], seen.rings) for head in seen.heads),
        seats=tuple(_seats(seen.agents)),
        calls_in_a_second=max(1, int(house.line.calls_per_second)),
        phones=frozenset(seen.phones),
    )


def _seats(agents: Iterable[Agent]) -> Iterable[Seat]:
    for agent in agents:
        if agent.presence is Presence.READY and agent.attempt is None:
            yield Seat(
                agent=agent.id,
                skills=agent.skills,
                languages=agent.languages,
                idle_since=agent.idle_since or agent.since,
                standing=agent.standing_call is not None,
            )


def _head(house: House, head: ClassHead, queue: Queue, rings: dict[str, int]) -> Head:
    places = tuple(_place(house, request, queue, rings) for request in head.places)
    return Head(queue=head.queue, bucket=head.bucket, credit_class=head.credit_class, places=places)


def _place(house: House, request: Request, queue: Queue, rings: dict[str, int]) -> Place:
    """A request as the order sees it, with whether its phone may be rung at this moment."""
    now, rules = house.clock.now(), queue.rules
    why, until = "", None
    index = request.phone.index if request.phone is not None else ""
    if request.state is State.WAITING:
        if request.phone is None or request.mode not in (Mode.CALLBACK, Mode.SCHEDULED):
            why = "no_number"
        elif rules.callback.shape is Shape.CUSTOMER_FIRST and request.early_s(now) > 0:
            why, until = "slot_not_begun", request.slot_start
        elif rings.get(missing.ring_counter(request, now), 0) >= rules.caps.rings_per_number_day:
            why, until = "cap_of_the_day", hours.next_midnight(request.zone or rules.hours.zone, now)
        else:
            zone, country = request.zone or rules.hours.zone, request.country or None
            if not hours.calling_allowed(rules.calling_windows, zone, country, now):
                why, until = "calling_window", hours.next_allowed(rules.calling_windows, zone, country, now)
    return Place(
        id=request.id,
        queue=request.queue,
        bucket=request.bucket,
        credit_class=request.credit_class,
        virtual_start=request.virtual_start,
        state=request.state,
        skills=request.skills,
        language=request.language,
        deadline=request.deadline,
        phone_index=index if request.state is State.WAITING else "",
        dialable_now=not why,
        why_not=why,
        until=until,
        last_agent=_wanted(request, now),
    )


def _wanted(request: Request, now: datetime) -> AgentId | None:
    """The agent he would rather have, for as long as that holds."""
    return request.wanted_agent if request.wanted_until is None or request.wanted_until > now else None


async def _set_aside(house: House, lease: Lease, skip: Skip) -> bool | None:
    return await _fenced(house, lease, partial(_parked, skip=skip))


def _parked(clerk: Clerk, skip: Skip) -> bool | None:
    request = clerk.work.requests.get(skip.request)
    if request.state is State.WAITING and request.ready:
        clerk.store(replace(request, ready=False, not_before=skip.until, parked=skip.reason), reason=skip.reason)
        return True
    return None


async def _connect(house: House, lease: Lease, action: Reserve) -> bool:
    """One reservation in one transaction; the call itself is placed beside the tick."""
    attempt_id = AttemptId(house.chance.id("at"))
    tokens = Token(house.chance.token()), Token(house.chance.token())
    code = bank_code.drawn(house, action.request)
    deed = partial(reserve, action=action, attempt_id=attempt_id, tokens=tokens, code=code)
    if await _fenced(house, lease, deed) is None:
        return False
    house.spawn(dialing.place(house, tokens[1] if action.shape is Shape.CUSTOMER_FIRST else tokens[0]))
    return True


async def fill_bucket(house: House) -> None:
    """A bucket nobody has asked yet is empty: asked once before the first call, it is full when that comes."""
    await dialing.may_call(house)


async def _fenced(house: House, lease: Lease, deed: Callable[[Clerk], bool | None]) -> bool | None:
    """Runs the deed under the lease. None when somebody was quicker: the next tick sees what is true then."""

    def fenced(clerk: Clerk) -> bool | None:
        clerk.work.leases.fence(shard=lease.shard, epoch=lease.epoch)
        return deed(clerk)

    try:
        return await house.act(fenced)
    except NotLeader:
        raise
    except (StaleWrite, NotPossible, AlreadyOpen):
        return None


def reserve(
    clerk: Clerk, *, action: Reserve, attempt_id: AttemptId, tokens: tuple[Token, Token], code: str
) -> bool | None:
    """Request connecting, attempt, first leg, agent reserved: one transaction. None when one of them is not free.

    `tokens` are those of the agent's leg and of the customer's.
    """
    request, agent = clerk.work.requests.get(action.request), clerk.work.agents.get(action.agent)
    if request.state not in (State.HOLDING, State.WAITING) or not request.ready or agent.presence is not Presence.READY:
        return None
    shape = Shape.HOLDER if request.state is State.HOLDING else action.shape
    if shape is Shape.CUSTOMER_FIRST and (request.early_s(clerk.at) > 0 or not _ring_allowed(clerk, request)):
        return None
    attempt = Attempt(
        id=attempt_id,
        request=request.id,
        queue=request.queue,
        agent=agent.id,
        shape=shape,
        opened_at=clerk.at,
        rules_version=clerk.work.queues.get(request.queue).rules_version,
        accepted_at=_key_pressed(clerk, request) if shape is Shape.HOLDER else None,
        code=code,
    )
    clerk.move(request, Move.RESERVE, reason=",".join(action.reasons), changes={"attempt": attempt_id})
    clerk.work.attempts.insert(attempt)
    _intend(clerk, attempt, request, agent, tokens)
    clerk.move_agent(agent, AgentMove.RESERVE, reason="matched", changes={"attempt": attempt_id})
    _note_opened(clerk, attempt, request, action)
    return True


def _intend(clerk: Clerk, attempt: Attempt, request: Request, agent: Agent, tokens: tuple[Token, Token]) -> None:
    """The customer's leg alone where he is rung first; his agent's is intended when he has answered."""
    if attempt.shape is Shape.CUSTOMER_FIRST:
        leg_id = LegId(f"{attempt.id}.c")
        intending.customers_leg(clerk, attempt, request, way=Way.POSTED, leg_id=leg_id, token=tokens[1])
        return
    intending.agents_leg(clerk, attempt, agent, tokens[0])
    if attempt.shape is Shape.HOLDER:
        intending.holders_leg(clerk, attempt, request, tokens[1])


def _note_opened(clerk: Clerk, attempt: Attempt, request: Request, action: Reserve) -> None:
    clerk.note(
        Fact.ATTEMPT_OPENED,
        request=request,
        attempt=attempt.id,
        agent=attempt.agent,
        shape=attempt.shape,
        reasons=list(action.reasons),
        lift_s=action.lift_s,
        rules_version=attempt.rules_version,
    )
    if action.lift_s > 0:
        lifted = {"credit_class": request.credit_class, "lift_s": action.lift_s}
        clerk.note(Fact.CLASS_LIFTED, request=request, rules_version=attempt.rules_version, **lifted)


def _ring_allowed(clerk: Clerk, request: Request) -> bool:
    """One of the day's rings of his number is taken, if there is one left; nobody is rung before his booked slot."""
    cap = clerk.work.queues.get(request.queue).rules.caps.rings_per_number_day
    counter, over = missing.ring_counter(request, clerk.at), clerk.later(missing.RINGS_KEPT_S)
    if request.phone is None or request.early_s(clerk.at) > 0:
        return False
    return clerk.work.counters.take(counter, limit=cap, at=clerk.at, expires_at=over)


def _key_pressed(clerk: Clerk, request: Request) -> datetime | None:
    """When a holder whom we had rung pressed the key: he has been waiting for an agent since then."""
    calls = clerk.work.legs.by_call(request.call_sid) if request.call_sid else []
    rung = [leg for leg in calls if leg.role is Role.CUSTOMER and leg.way is Way.POSTED]
    return clerk.work.attempts.get(rung[0].attempt).accepted_at if rung else None
