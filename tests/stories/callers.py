"""What callers in the stories press and hear, and how a story turns the bank's day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.stories.bank import AGENT, ALWAYS, CUSTOMER, NUMBER, OTHER, Bank
from vqueue.domain.ids import AgentId
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import WEEK, Hours, Rules

Keys = list[dict[str, Any]]
Found = Callable[[list[Request]], bool]


def key(heard: str, press: str, **more: Any) -> dict[str, Any]:
    """Pressed once, when this is heard."""
    return {"heard": heard, "press": press, "once": True, **more}


ENGLISH = key("For English, press 1", "1")
CARDS = key("For cards, press 1", "1")
IVR: Keys = [ENGLISH, CARDS]
HOLD: Keys = [*IVR, key("To stay on the line, press 2", "2")]
OWN_NUMBER = key("To be called on this number, press 1", "1")
CALLBACK: Keys = [*IVR, key("To keep your place and be called back, press 1", "1"), OWN_NUMBER]
MESSAGE: Keys = [*IVR, key("To leave a message, press 3", "3")]
ASK_TO_SWITCH = key("To be called back instead, press 1 at any time", "1", after_s=15)
"""In the middle of the music."""
SWITCH: Keys = [*HOLD, ASK_TO_SWITCH, key("To be called back, press 1", "1"), OWN_NUMBER]
SCREEN = {"heard": "To be connected to an agent now press 1", "press": "1"}
ANSWERS: dict[str, Any] = {"answers": {"after_s": 3}, "talk_s": 15, "patience_s": 3000}


def some(state: State, **fields: Any) -> Found:
    """Some request stands so."""
    return lambda found: any(
        one.state is state and all(getattr(one, name) == value for name, value in fields.items()) for one in found
    )


def newest(state: State) -> Found:
    return lambda found: bool(found) and found[0].state is state


async def on_the_team(bank: Bank, number: str = AGENT, **program: Any) -> AgentId:
    """An agent who is writing up: the wait is known, nobody is free."""
    agent = await bank.agent("omer", number, ready=False, **program)
    await bank.busy(agent)
    return agent


async def holds(bank: Bank, number: str = CUSTOMER, *, keys: Keys = HOLD, **program: Any) -> tuple[str, Request]:
    """A caller who stays on the line: his call and his place."""
    sid = await bank.customer(number, keys=keys, **{"talk_s": 15, "patience_s": 3000, **program})
    found = await bank.until(some(State.HOLDING), what="somebody holds")
    return sid, next(one for one in found if one.state is State.HOLDING)


async def takes_a_callback(bank: Bank, number: str = CUSTOMER, *, keys: Keys | None = None, **program: Any) -> Request:
    """A caller whose callback is kept and whose first call is over."""
    sid = await bank.customer(number, keys=keys or [*CALLBACK, SCREEN], **{**ANSWERS, **program})
    await over(bank, sid)
    found = await bank.requests()
    assert found and found[0].mode in (Mode.CALLBACK, Mode.SCHEDULED), found
    return found[0]


async def over(bank: Bank, call: str) -> None:
    """That call has ended."""
    await bank.network.until(
        lambda ledger: any(e["event"] == "hangup" and e["call_sid"] == call for e in ledger), what="the call is over"
    )


async def heard(bank: Bank, call: str, text: str, *, times: int = 1) -> str:
    """Everything said on the call once it said this so often."""
    said = ""

    def so(ledger: list[dict[str, Any]]) -> bool:
        nonlocal said
        lines = [str(e["detail"]) for e in ledger if e["event"] == "said" and e["call_sid"] == call]
        said = "\n".join(lines)
        return said.count(text) >= times

    await bank.network.until(so, what=f"{text!r} is said {times} times")
    return said


async def another_is_served(bank: Bank, number: str = OTHER) -> None:
    """The agent who is free serves somebody else: whatever was to come first has had its turn."""
    before = {one.id for one in await bank.requests()}
    await bank.customer(number, keys=HOLD, talk_s=5, patience_s=3000)
    await bank.until(
        lambda found: any(one.id not in before and one.state is State.SERVED for one in found), what="another is served"
    )


async def rules(bank: Bank, change: Callable[[Rules], Rules], *, queue: str = "cards") -> None:
    """New rules in force at once."""

    def published(clerk: Any) -> None:
        present = clerk.work.queues.get(queue).rules
        clerk.work.queues.publish(queue, change(present), at=clerk.at, by="story")

    await bank.house.act(published)


async def closes(bank: Bank, *, in_minutes: int, for_minutes: int) -> datetime:
    """The queue's day ends so soon and begins again so much later; when it opens."""
    now: datetime = bank.house.clock.now().replace(second=0, microsecond=0)
    closing, opening = now + timedelta(minutes=in_minutes), now + timedelta(minutes=in_minutes + for_minutes)
    assert closing.date() == opening.date(), "the story's short night must not lie over midnight"
    day = (("00:00", f"{closing:%H:%M}"), (f"{opening:%H:%M}", "24:00"))
    week = dict.fromkeys(WEEK, day if in_minutes > 0 else day[1:])
    await rules(bank, lambda present: replace(present, hours=Hours(zone="UTC", week=week)))
    return opening


async def opens(bank: Bank) -> None:
    await rules(bank, lambda present: replace(present, hours=Hours(week=ALWAYS)))


async def rings_in(bank: Bank, number: str = CUSTOMER, **call: Any) -> str:
    """Rings the bank with keys for this call alone; the person stays who he is."""
    return str((await bank.network.post("/sandbox/calls", {"from": number, "to": NUMBER, **call}))["call_sid"])
