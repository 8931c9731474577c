"""The dispatcher's tick: see what is, plan, reserve each pair in a fenced transaction, then dial."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.board import QueueBoard
from vqueue.domain.errors import AlreadyOpen, NotLeader, NotPossible, StaleWrite
from vqueue.domain.ids import AgentId, AttemptId, LegId, Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, Role, Way
from vqueue.domain.request import Move, Request, State
from vqueue.engine.dial_ahead import ahead
from vqueue.engine.plan import Reserve, Skip, Snapshot, plan
from vqueue.services import awaiting, bank_code, dialing, intending, missing, ringing_ahead
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.ringing_ahead import Flight
from vqueue.services.surveying import Seen, look, snapshot_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to decide for a shard; `epoch` fences every write."""

    shard: str
    epoch: int


async def tick(house: House, lease: Lease) -> int:
    """Reserves and dials what can be connected now; how much was done. Raises NotLeader when the lease is over."""
    seen = await house.database.read(partial(look, now=house.clock.now()))
    if not seen.heads and not seen.sky.flying:
        return 0
    boards = {board.queue: board for board in await house.board.read_all()}
    snapshot = snapshot_of(house, seen, boards)
    standing = {seat.agent for seat in snapshot.seats if seat.standing}
    done, may_call, actions = 0, True, awaiting.kept(plan(snapshot, house.clock.now()), snapshot, house.clock.now())
    for action in actions:
        match action:
            case Skip():
                done += bool(await _set_aside(house, lease, action))
            case Reserve(request=request) if request in seen.sky.flying:
                done += await _give(house, lease, seen.sky.flying[request], action.agent)
            case Reserve():
                # Asked before anything is reserved: where no call may be created, nothing is taken back either;
                # once refused, nobody further back in the order gets the call that becomes free meanwhile.
                rings = action.shape is Shape.CUSTOMER_FIRST or action.agent not in standing
                may_call = may_call and (not rings or await dialing.may_call(house))
                if may_call or not rings:
                    done += await _connect(house, lease, action)
    taken = [action for action in actions if isinstance(action, Reserve)]
    for action in _ahead(seen, snapshot, taken, boards, house.clock.now()):
        may_call = may_call and await dialing.may_call(house)
        done += may_call and await _connect(house, lease, action)
    return done


def _ahead(
    seen: Seen, snapshot: Snapshot, taken: list[Reserve], boards: dict[str, QueueBoard], now: datetime
) -> Iterable[Reserve]:
    """Whom to ring before an agent is free, in the queues whose rules allow it."""
    given = {action.request for action in taken}
    for soon in ringing_ahead.soon(seen.sky, seen.queues, agents=seen.agents, boards=boards, given=given, now=now):
        yield from ahead(snapshot, taken, soon, now)


async def _set_aside(house: House, lease: Lease, skip: Skip) -> bool | None:
    return await _fenced(house, lease, partial(_parked, skip=skip))


def _parked(clerk: Clerk, skip: Skip) -> bool | None:
    request = clerk.work.requests.get(skip.request)
    if request.state is State.WAITING and request.ready:
        aside = replace(request, ready=False, not_before=skip.until, parked=skip.reason)
        clerk.store(awaiting.bounded(clerk, aside) if skip.reason == awaiting.OWN else aside, reason=skip.reason)
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


async def _give(house: House, lease: Lease, flight: Flight, agent: AgentId) -> bool:
    """The agent who is free now for a customer who was rung ahead; called at once where that one has answered."""
    token = Token(house.chance.token())
    given = await _fenced(house, lease, partial(ringing_ahead.give, flight=flight, agent_id=agent, token=token))
    if isinstance(given, Leg):
        house.spawn(dialing.place(house, token))
    return bool(given)


async def fill_bucket(house: House) -> None:
    """A bucket nobody has asked yet is empty: asked once before the first call, it is full when that comes."""
    await dialing.may_call(house)


async def _fenced(house: House, lease: Lease, deed: Callable[[Clerk], T | None]) -> T | None:
    """Runs the deed under the lease. None when somebody was quicker: the next tick sees what is true then."""

    def fenced(clerk: Clerk) -> T | None:
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
    """Request connecting, attempt, first leg, agent reserved (but for a customer who is rung ahead): one transaction.
    None when one of them is not free.

    `tokens` are those of the agent's leg and of the customer's.
    """
    request, agent = clerk.work.requests.get(action.request), clerk.work.agents.get(action.agent)
    states = (State.WAITING,) if action.ahead else (State.HOLDING, State.WAITING)
    if request.state not in states or not request.ready or not (action.ahead or agent.presence is Presence.READY):
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
    if not action.ahead:
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
