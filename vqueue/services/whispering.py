"""What an agent is told: before he accepts who, what about, how long they waited; afterwards what became of it."""

import json
from datetime import datetime

from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.leg import Leg, Way
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.domain.speech import DialHolder, Goto, Hangup, Prompt, Say, Speech, Target
from vqueue.domain.speech_args import Arg, Minutes, Text, Window
from vqueue.services.house import House

_WORDS = 200
"""Characters of the customer's own words that are read to the agent."""


def whisper(
    house: House, request: Request, attempt: Attempt, promise: Promise | None, *, topic: str, again: bool
) -> tuple[Prompt, ...]:
    """The prompts in order, ending with the keys; `topic` is what people call it. Of an app's request for a number
    nobody vouches for nothing is told that its customer wrote."""
    now = house.clock.now()
    if again:
        return (Prompt("whisper.again"), Prompt("whisper.keys"))
    said: list[Prompt] = [Prompt("whisper.holder" if attempt.shape is Shape.HOLDER else "whisper.callback")]
    said += _who(house, request, topic)
    said.append(Prompt("whisper.waited", {"wait": Minutes(_minutes(request.virtual_start, now))}))
    if promise is not None and attempt.shape is not Shape.HOLDER:
        said += _promised(promise, now, house.line.zone)
    return (*said, Prompt("whisper.keys"))


def _who(house: House, request: Request, topic: str) -> list[Prompt]:
    if not request.proven:
        return [Prompt("whisper.unverified")]
    said: list[Prompt] = []
    if request.name is not None:
        said.append(Prompt("whisper.who", {"name": Text(house.vault.open(request.name))}))
    if topic:
        said.append(Prompt("whisper.topic", {"topic": Text(topic)}))
    words = _words(house, request)
    if words:
        said.append(Prompt("whisper.words", {"words": Text(words)}))
    return said


def _words(house: House, request: Request) -> str:
    if request.context is None:
        return ""
    context = json.loads(house.vault.open(request.context))
    return str(context.get("text", ""))[:_WORDS] if isinstance(context, dict) else ""


def _promised(promise: Promise, now: datetime, zone: str) -> list[Prompt]:
    args: dict[str, Arg] = {"window": Window(promise.window.start, promise.window.end, zone)}
    late = _minutes(promise.window.end, now)
    said = [Prompt("whisper.promised", args)]
    said.append(Prompt("whisper.late", {"late": Minutes(late)}) if late > 0 else Prompt("whisper.in_time"))
    return said


def why_not(customer: Leg) -> str:
    """What the agent hears of a customer who was rung and not connected."""
    match customer.cause:
        case Cause.SNOOZED:
            return "whisper.snoozed"
        case Cause.NOT_NEEDED:
            return "whisper.not_needed"
        case _:
            return "whisper.no_answer"


def standing(leg: Leg) -> str | None:
    """The agent's id if this is a standing call that goes on."""
    return leg.agent if leg.way is Way.STANDING else None


def after(prompt: str, language: str, standing_of: str | None) -> Speech:
    """Words to the agent, then the end of the call, or back to waiting on a standing one."""
    said = Say((Prompt(prompt),), language)
    return (said, Goto(Target("standing", standing_of, 0))) if standing_of else (said, Hangup())


def to_the_hold(request: str, *, agent: Leg, customer: Leg) -> Speech:
    """The agent's call takes the customer out of his hold; `joined` is heard on the customer's side."""
    dial = DialHolder(request=request, action=Target("dialed", agent.token), joined=Target("joined", customer.token))
    return (dial, Hangup())


def _minutes(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds() // 60))
