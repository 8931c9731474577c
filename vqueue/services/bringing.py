"""The document by which an agent's telephone brings him the customer: out of the hold, or by ringing his number."""

from vqueue.domain.attempt import Shape
from vqueue.domain.leg import Leg
from vqueue.domain.speech import DialCustomer, Hangup, Nothing, Prompt, Say, Speech, Target
from vqueue.services import settling, whispering
from vqueue.services.house import House


def bring(house: House, case: settling.Case, customer: Leg) -> Speech:
    """For the agent of this case, who has accepted; `customer` is stored already."""
    agent, rules = case.agent_leg, case.rules
    language = case.agent.languages[0] if case.agent.languages else "en"
    if agent is None or (customer.to is None and case.attempt.shape is not Shape.HOLDER):
        return (Nothing(),)
    if case.attempt.shape is Shape.HOLDER or customer.to is None:
        return whispering.to_the_hold(case.request.id, agent=agent, customer=customer)
    dial = DialCustomer(
        phone=house.vault.open_phone(customer.to),
        caller_id=house.line.number,
        ring_s=rules.callback.ring_s,
        time_limit_s=rules.deadlines.time_limit_s,
        action=Target("dialed", agent.token),
        screen=Target("screen", customer.token, 0),
        status=Target("status", customer.token),
        amd=Target("amd", customer.token) if rules.callback.machine_detection else None,
    )
    return (Say((Prompt("whisper.ringing"),), language), dial, Hangup())
