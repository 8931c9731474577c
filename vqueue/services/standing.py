"""An agent's own line: agents ring in to sign on or off, and may keep a standing call for the shift."""

from dataclasses import replace
from functools import partial
from typing import assert_never

from vqueue.domain.agent import Presence
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import AgentId, CallSid
from vqueue.domain.leg import Leg, LegState, Way
from vqueue.domain.phone import caller
from vqueue.domain.speech import Ask, EnterHold, Goto, Hangup, Pause, Prompt, Say, Speech, Target
from vqueue.ports.database import Work
from vqueue.ports.voice import Told
from vqueue.services import hearing, pinning, presence
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.pinning import Demand, Proof

_MENU, _WAIT, _LEFT, _READY = 1, 2, 3, 4
"""Steps of the agent's line: the menu's answer, the wait document, the hold's end, the words heard that he is ready.
0 is going back to the hold."""
_PIN, _PIN_ASKS = 10, 3
"""From step 10 on the answers to "which PIN?", which is asked so often in one call."""
_RESTING = (Presence.AWAY, Presence.OFFLINE)
"""From there an agent is ready only when this call is over: until then his telephone is engaged by it."""


async def recognise(house: House, told: Told) -> AgentId | None:
    """The agent whose phone this is, if it is one."""
    phone = caller(told.caller)
    address = phone.e164 if phone else told.caller
    if not address:
        return None
    index = house.vault.index(address)
    agent = await house.database.read(lambda work: work.agents.by_address(index))
    return agent.id if agent else None


async def welcome(house: House, agent: AgentId, told: Told) -> Speech:
    """His PIN where one is asked of him, then the menu. 1: ready, calls come to this phone. 2: away. 3: ready, and
    calls come on this very line."""
    language = await house.database.read(partial(_language, agent=agent))
    demand = pinning.demand(house, await house.database.read(lambda work: work.pins.of(agent)))
    match demand:
        case Demand.NOTHING:
            return (_menu(agent, language), Hangup())
        case Demand.PIN:
            return (_which_pin(agent, language, step=_PIN), Hangup())
        case Demand.LOCKED | Demand.MISSING:
            await pinning.refused(house, agent, demand)
            return (Say((Prompt(f"agent_line.pin_{demand}"),), language), Hangup())
        case _:
            assert_never(demand)


def _which_pin(agent: AgentId, language: str, *, step: int, before: str = "") -> Ask:
    words = [Prompt(key) for key in (before, "agent_line.pin") if key]
    return Ask(content=(Say(tuple(words), language),), then=Target("standing", agent, step), digits=None, timeout_s=8)


async def _keyed(house: House, agent: AgentId, step: int, told: Told, language: str) -> Speech:
    """What he keyed is compared and forgotten; silence is no try."""
    wrong = "agent_line.pin_silence"
    if told.digits:
        proof = await pinning.prove(house, agent, told.digits, question=f"{told.call_sid} {step}")
        if proof is Proof.RIGHT:
            return (_menu(agent, language), Hangup())
        if proof is Proof.LOCKED:
            return (Say((Prompt("agent_line.pin_locked"),), language), Hangup())
        wrong = "agent_line.pin_wrong"
    if step >= _PIN + _PIN_ASKS - 1:
        return (Say((Prompt(wrong),), language), Hangup())
    return (_which_pin(agent, language, step=step + 1, before=wrong), Hangup())


def _menu(agent: AgentId, language: str) -> Ask:
    return Ask(
        content=(Say((Prompt("agent_line.menu"),), language),), then=Target("standing", agent, _MENU), timeout_s=8
    )


async def step(house: House, agent: AgentId, number: int, told: Told) -> Speech:
    """The agent's line asks: by the key he pressed, or to wait, or because a hold ended."""
    try:
        language = await house.database.read(partial(_language, agent=agent))
    except NotFound:
        return (Hangup(),)
    if number == _WAIT:
        return (Pause(50), Goto(Target("standing", agent, _WAIT)))
    if number >= _PIN:
        return await _keyed(house, agent, number, told, language)
    if number == _MENU:
        return await _chosen(house, agent, told, language)
    if number == _READY:
        await house.act(partial(_ready, agent_id=agent))
        return (Hangup(),)
    leg = await house.database.read(partial(_called_for, call=told.call_sid))
    return (Goto(Target("answer", leg.token, 0)),) if leg is not None else (_hold(agent),)


def _called_for(work: Work, call: CallSid) -> Leg | None:
    """The leg for which this standing call was taken out of its hold, before its question was heard."""
    waiting = (LegState.INTENDED, LegState.PLACING, LegState.PLACED)
    return next((leg for leg in work.legs.by_call(call) if leg.way is Way.STANDING and leg.state in waiting), None)


async def _chosen(house: House, agent: AgentId, told: Told, language: str) -> Speech:
    if told.digits == "3":
        await house.act(partial(_stand, agent=agent, call=told.call_sid))
        return (Say((Prompt("whisper.standing"),), language), _hold(agent))
    if told.digits == "1":
        await house.act(partial(_soon, agent_id=agent))
        return (Say((Prompt("agent_line.ready"),), language), Goto(Target("standing", agent, _READY)))
    if told.digits == "2":
        await house.act(partial(presence.asked, agent_id=agent, presence=Presence.AWAY, reason="by_phone"))
        return (Say((Prompt("agent_line.away"),), language), Hangup())
    return (_menu(agent, language), Hangup())


def _soon(clerk: Clerk, agent_id: AgentId) -> None:
    """Who comes to work is ready after this call; who works already is so after what he does."""
    agent = clerk.work.agents.get(agent_id)
    if agent.presence in _RESTING:
        clerk.work.agents.replace(replace(agent, next_presence=Presence.READY))
    else:
        presence.asked(clerk, agent_id, Presence.READY, reason="by_phone")


def _ready(clerk: Clerk, agent_id: AgentId) -> None:
    """Where he asked for it in the call that is over."""
    agent = clerk.work.agents.get(agent_id)
    if agent.next_presence is Presence.READY and agent.presence in _RESTING:
        presence.asked(clerk, agent_id, Presence.READY, reason="by_phone")


def _hold(agent: AgentId) -> EnterHold:
    return EnterHold(
        request=f"agent-{agent}", wait=Target("standing", agent, _WAIT), left=Target("standing", agent, _LEFT)
    )


def _stand(clerk: Clerk, agent: AgentId, call: CallSid) -> None:
    ready = presence.asked(clerk, agent, Presence.READY, reason="standing_line")
    clerk.work.agents.replace(replace(ready, standing_call=call))


async def gone(house: House, told: Told) -> None:
    """An agent's call has ended. A standing one: he is signed off, and a talk on it is over. Else he is ready where he
    asked for that and did not hear the words to their end."""
    await house.act(partial(_gone, call=told.call_sid))
    agent = await recognise(house, told)
    if agent is not None:
        await house.act(partial(_ready, agent_id=agent))


def _gone(clerk: Clerk, call: CallSid) -> None:
    for leg in clerk.work.legs.by_call(call):
        if leg.live and leg.way is Way.STANDING:
            hearing.ended(clerk, leg, cause=None)
    for agent in clerk.work.agents.all():
        if agent.standing_call == call:
            freed = clerk.work.agents.replace(replace(agent, standing_call=None))
            presence.asked(clerk, freed.id, Presence.OFFLINE, reason="standing_line_ended")


def _language(work: Work, agent: AgentId) -> str:
    languages = work.agents.get(agent).languages
    return languages[0] if languages else "en"
