"""Every value comes back as it was stored, on both databases."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from tests.db.builders import (
    NOON,
    a_conversation,
    a_customer_leg,
    a_leg,
    a_notice,
    a_number,
    a_promise,
    a_queue,
    a_request,
    a_row,
    after,
    an_agent,
    an_attempt,
    with_request,
)
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotFound, StaleWrite
from vqueue.domain.ids import AgentId, AttemptId, CallSid, RequestId, SessionId, Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LegState, Way
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Window
from vqueue.domain.request import Channel, Mode, State
from vqueue.domain.rules import Condition, Offer, Route, Rules, Switches
from vqueue.ports.database import Database, Work
from vqueue.ports.people import Staff, StaffSession


async def test_a_request_comes_back_with_every_field(database: Database) -> None:
    full = a_request(
        mode=Mode.SCHEDULED,
        channel=Channel.IVR,
        state=State.BOOKED,
        language="he",
        credit_class="booked",
        skills=("cards", "fraud"),
        ready=False,
        not_before=after(60.000001),
        parked="retry",
        phone=a_number(),
        customer="issuer/subject",
        verified=True,
        name=Sealed("sealed-name"),
        topic="lost_card",
        context=Sealed("sealed-context", "", "3 answers"),
        slot_start=after(3600),
        call_sid=CallSid("CA1"),
        session=SessionId("s1"),
        came_from=State.WAITING,
        attempt=AttemptId("t9"),
        tries={Cause.BUSY: 2, Cause.NO_KEY: 1},
        rings=3,
        protected=True,
        deadline=after(7200),
        grace_until=after(9000),
        reason="asked",
        rules_version=7,
        recording="RE1",
    )
    await database.transact(lambda work: work.requests.insert(full))
    assert await database.read(lambda work: work.requests.get(full.id)) == full


async def test_a_time_is_told_in_utc_whatever_zone_it_was_given_in(database: Database) -> None:
    jerusalem = NOON.astimezone(timezone(timedelta(hours=2)))
    await database.transact(lambda work: work.requests.insert(a_request(created_at=jerusalem)))
    stored = await database.read(lambda work: work.requests.get(RequestId("r1")))
    assert stored.created_at.isoformat() == "2026-03-04T12:00:00.123456+00:00"


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="times are aware"):
        await database.transact(lambda work: work.requests.insert(a_request(created_at=NOON.replace(tzinfo=None))))


async def test_what_is_not_there_is_not_found(database: Database) -> None:
    for ask in (
        lambda work: work.requests.get(RequestId("none")),
        lambda work: work.attempts.get(AttemptId("none")),
        lambda work: work.agents.get(AgentId("none")),
        lambda work: work.queues.get("none"),
        lambda work: work.queues.rules("cards", 99),
        lambda work: work.conversations.get("none"),
    ):
        with pytest.raises(NotFound):
            await database.read(ask)


async def test_a_change_raises_the_version_and_an_older_one_is_stale(database: Database) -> None:
    first = a_request()
    await database.transact(lambda work: work.requests.insert(first))
    second = await database.transact(lambda work: work.requests.replace(replace(first, topic="loan")))
    assert second.version == 2
    assert await database.read(lambda work: work.requests.get(first.id)) == second
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.requests.replace(replace(first, topic="other")))
    assert (await database.read(lambda work: work.requests.get(first.id))).topic == "loan"


async def test_attempts_and_legs_come_back(database: Database) -> None:
    await with_request(database)
    attempt = an_attempt(shape=Shape.CUSTOMER_FIRST, accepted_at=after(5), code="4711")
    agent_leg = a_leg(call_sid=CallSid("CA1"), horizon=after(80), sequence=4)
    customer_leg = a_customer_leg(call_sid=CallSid("CA1"), created_at=after(1), to=a_number(), machine=True)
    await database.transact(lambda work: work.attempts.insert(attempt))
    await database.transact(lambda work: [work.legs.insert(leg) for leg in (agent_leg, customer_leg)])
    assert await database.read(lambda work: work.attempts.of_request(RequestId("r1"))) == [attempt]
    assert await database.read(lambda work: work.attempts.open()) == [attempt]
    assert await database.read(lambda work: work.legs.by_token(Token("token-of-l1"))) == agent_leg
    assert await database.read(lambda work: work.legs.by_token(Token("unheard"))) is None
    assert await database.read(lambda work: work.legs.by_call(CallSid("CA1"))) == [agent_leg, customer_leg]
    assert await database.read(lambda work: work.legs.of_attempt(attempt.id)) == [agent_leg, customer_leg]
    closed = replace(attempt, closed_at=after(9), outcome=Cause.TALKED)
    await database.transact(lambda work: work.attempts.replace(closed))
    assert await database.read(lambda work: work.attempts.open()) == []


async def test_the_legs_to_look_after_are_those_past_their_horizon_and_those_not_yet_placed(database: Database) -> None:
    own_calls = {"way": Way.INBOUND, "phone_index": ""}
    await with_request(database)
    legs = [
        a_leg("late", agent="a1", horizon=after(59), created_at=after(2)),
        a_customer_leg("in time", phone_index="n1", horizon=after(60)),
        a_customer_leg("intended", phone_index="n2", state=LegState.INTENDED, horizon=after(90), created_at=after(1)),
        a_customer_leg("unbounded", phone_index="n3", created_at=after(-9)),
        a_customer_leg("ended", phone_index="n4", state=LegState.ENDED, horizon=after(1)),
        a_customer_leg("holder", **own_calls, horizon=after(1)),
        a_customer_leg("another", **own_calls),
    ]
    await database.transact(lambda work: work.attempts.insert(an_attempt()))
    await database.transact(lambda work: [work.legs.insert(leg) for leg in legs])
    due = await database.read(lambda work: work.legs.due(now=after(60)))
    assert [leg.id for leg in due] == ["unbounded", "intended", "late"]
    assert [leg.id for leg in await database.read(lambda work: work.legs.due(now=after(60), limit=1))] == ["unbounded"]


async def test_which_of_these_numbers_are_on_the_telephone(database: Database) -> None:
    await with_request(database)
    legs = [
        a_leg(phone_index="agents-own"),
        a_customer_leg("l2", phone_index="anna"),
        a_customer_leg("l3", phone_index="boris", state=LegState.ENDED),
        a_customer_leg("l4", phone_index="clara"),
        a_customer_leg("l5", phone_index=""),
    ]
    await database.transact(lambda work: work.attempts.insert(an_attempt()))
    await database.transact(lambda work: [work.legs.insert(leg) for leg in legs])
    asked = ["anna", "boris", "agents-own", "", "dora"]
    assert await database.read(lambda work: work.legs.live_numbers(asked)) == {"anna"}
    assert await database.read(lambda work: work.legs.live_numbers([])) == set()


async def test_agents_come_back_and_are_found_by_address(database: Database) -> None:
    avi = an_agent(
        next_presence=Presence.AWAY, reason="lunch", login="avi", idle_since=NOON, wrap_until=after(30), misses=1
    )
    bella = an_agent("a2", name="Bella")
    await database.transact(lambda work: [work.agents.insert(each) for each in (bella, avi)])
    assert await database.read(lambda work: work.agents.all()) == [avi, bella]
    assert await database.read(lambda work: work.agents.by_address("phone-of-a2")) == bella
    assert await database.read(lambda work: work.agents.by_address("")) is None
    away = await database.transact(lambda work: work.agents.replace(replace(avi, presence=Presence.AWAY)))
    assert (away.version, away.presence) == (2, Presence.AWAY)


async def test_rules_are_published_in_versions_that_stay_readable(database: Database) -> None:
    second = Rules(
        offer=Offer(threshold_s=60, modes=(Mode.CALLBACK, Mode.SCHEDULED)),
        routing=(Route(when=(Condition(attribute="topic", value=["fraud", 3]),), skills=("fraud",), credit="rescued"),),
        topics=("fraud",),
    )
    published = await database.transact(lambda work: work.queues.publish("cards", second, at=NOON, by="sara"))
    assert (published.rules, published.rules_version, published.version) == (second, 2, 2)
    assert await database.read(lambda work: work.queues.get("cards")) == published
    assert await database.read(lambda work: work.queues.rules("cards", 1)) == Rules()
    assert await database.read(lambda work: work.queues.rules("cards", 2)) == second


async def test_a_switch_is_turned(database: Database) -> None:
    off = Switches(registering=False, reason="storm", until="2026-03-05")
    turned = await database.transact(lambda work: work.queues.switch("cards", off))
    assert turned == a_queue(switches=off, version=2)
    assert await database.read(lambda work: work.queues.all()) == [turned]


async def test_conversations_come_back_and_the_silent_ones_are_found(database: Database) -> None:
    talking = a_conversation(caller=a_number(), seen_at=after(100))
    unseen, ended = a_conversation("c2"), a_conversation("c3", ended_at=after(1))
    await database.transact(lambda work: [work.conversations.insert(each) for each in (talking, unseen, ended)])
    assert await database.read(lambda work: work.conversations.by_call(CallSid("call-of-c1"))) == talking
    assert await database.read(lambda work: work.conversations.by_call(CallSid("unheard"))) is None
    assert await database.read(lambda work: work.conversations.silent(before=after(50))) == [unseen]
    assert await database.read(lambda work: work.conversations.silent(before=after(101))) == [unseen, talking]
    later = await database.transact(lambda work: work.conversations.replace(replace(talking, step=1)))
    assert await database.read(lambda work: work.conversations.get("c1")) == later


async def test_the_ledger_of_promises(database: Database) -> None:
    await with_request(database)
    late, kept, withdrawn = a_promise(), a_promise("p2", made_at=after(1)), a_promise("p3", made_at=after(2))
    open_still = a_promise("p4", made_at=after(3), window=Window(after(4000), after(5000)))
    stored = (late, kept.ring(after(600)), withdrawn.withdraw(after(5), "cancelled"), open_still)
    await database.transact(lambda work: [work.promises.insert(each) for each in stored])
    assert await database.read(lambda work: work.promises.of_request(RequestId("r1"))) == list(stored)
    assert await database.read(lambda work: work.promises.open_before(after(1000))) == [late]
    await database.transact(lambda work: work.promises.replace(late.lapse(after(1000))))
    assert await database.read(lambda work: work.promises.open_before(after(1000))) == []
    assert await database.read(lambda work: work.promises.kept(since=NOON)) == (2, 1)
    assert await database.read(lambda work: work.promises.kept(since=after(1), queue="cards")) == (1, 1)
    assert await database.read(lambda work: work.promises.kept(since=NOON, queue="loans")) == (0, 0)


async def test_numbers_that_json_has_no_word_for_are_stored_as_nothing(database: Database) -> None:
    await with_request(database)
    await database.transact(lambda work: work.promises.insert(a_promise(inputs={"wait": [float("inf"), 1.5]})))
    stored = await database.read(lambda work: work.promises.get(a_promise().id))
    assert stored.inputs == {"wait": [None, 1.5]}


async def test_the_journal_is_read_by_request_and_by_recency(database: Database) -> None:
    rows = [a_row(), a_row("j2", at=after(2), fact=Fact.QUEUE_LEFT), a_row("j3", at=after(1), request="r2", agent="a1")]
    await database.transact(lambda work: work.journal.write(*rows))
    assert await database.read(lambda work: work.journal.of_request(RequestId("r1"))) == rows[:2]
    assert await database.read(lambda work: work.journal.recent(limit=2)) == [rows[1], rows[2]]
    assert await database.read(lambda work: work.journal.recent(facts=(Fact.REQUEST_MOVED,))) == [rows[2], rows[0]]


async def test_an_op_reads_the_journal_rows_it_wrote(database: Database) -> None:
    def written(work: Work) -> int:
        work.journal.write(a_row())
        return len(work.journal.recent())

    assert await database.transact(written) == 1


async def test_notices_are_claimed_by_one_sender_until_they_are_done(database: Database) -> None:
    first, later = a_notice(), a_notice("n2", not_before=after(100))
    await database.transact(lambda work: [work.outbox.add(each) for each in (first, later)])
    taken = await database.transact(lambda work: work.outbox.claim(now=after(1), until=after(60)))
    assert taken == [replace(first, not_before=after(60))]
    assert await database.transact(lambda work: work.outbox.claim(now=after(1), until=after(60))) == []
    await database.transact(lambda work: work.outbox.later("n1", not_before=after(70)))
    assert await database.transact(lambda work: work.outbox.claim(now=after(69), until=after(99))) == []
    again = await database.transact(lambda work: work.outbox.claim(now=after(70), until=after(99)))
    assert [(each.id, each.tries) for each in again] == [("n1", 1)]
    await database.transact(lambda work: work.outbox.done("n1", at=after(71)))
    await database.transact(lambda work: work.outbox.later("n2", not_before=after(0), dead=True))
    assert await database.transact(lambda work: work.outbox.claim(now=after(9999), until=after(99999))) == []


async def test_staff_sign_in_and_out(database: Database) -> None:
    sara = Staff(id="s1", login="sara", name="Sara", role="supervisor", password="$argon2id$1")
    browser = StaffSession(id="hash", staff="s1", csrf="x", created_at=NOON, expires_at=after(3600))
    await database.transact(lambda work: work.people.add(sara))
    await database.transact(lambda work: work.sessions.open(browser))
    assert await database.read(lambda work: work.sessions.find("hash")) == (browser, sara)
    renamed = replace(sara, password="$argon2id$2", disabled=True)
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.people.add(replace(sara, id="other")))
    await database.transact(lambda work: work.people.change(sara, renamed))
    assert await database.read(lambda work: work.people.staff("sara")) == renamed
    assert await database.read(lambda work: work.people.all_staff()) == [renamed]
    await database.transact(lambda work: work.sessions.close("hash"))
    assert await database.read(lambda work: work.sessions.find("hash")) is None
    assert await database.read(lambda work: work.people.staff("nobody")) is None


async def test_several_counters_are_read_at_once(database: Database) -> None:
    def taken(work: Work) -> None:
        work.counters.take("a", limit=5, at=NOON)
        work.counters.take("a", limit=5, at=NOON)

    await database.transact(taken)
    assert await database.read(lambda work: work.counters.values(["a", "b"])) == {"a": 2, "b": 0}
    assert await database.read(lambda work: work.counters.values([])) == {}
