"""Why an attempt did not connect, as the customer's or the agent's phone told it."""

from enum import StrEnum


class Cause(StrEnum):
    """The outcome of a leg or an attempt that was not a talk."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    NO_KEY = "no_key"
    """Somebody or something answered, but nobody pressed a key: no proof of a person."""
    FAILED = "failed"
    """The network could not place the call."""
    REFUSED = "refused"
    """The provider refused the call (bad number, no permission): trying again will not help."""
    LOST = "lost"
    """No news came and the provider does not know the call."""
    CANCELED = "canceled"
    """We ended it before it was answered."""
    HUNG_UP = "hung_up"
    """The other side hung up before the talk."""
    SNOOZED = "snoozed"
    NOT_NEEDED = "not_needed"
    AGENT_DECLINED = "agent_declined"
    AGENT_NO_ANSWER = "agent_no_answer"
    AGENT_DROPPED = "agent_dropped"
    """The agent hung up while the customer's phone rang: our fault, the place goes to the head."""
    AGENT_DOUBT = "agent_doubt"
    """The agent's call could not be placed for certain; given up at once."""
    ABORTED = "aborted"
    """Nobody's fault: the attempt was withdrawn before a phone rang."""
    TALKED = "talked"


CUSTOMER_MISSES = frozenset(
    {Cause.BUSY, Cause.NO_ANSWER, Cause.MACHINE, Cause.NO_KEY, Cause.FAILED, Cause.REFUSED, Cause.LOST}
)
"""Causes that count as one of the customer's tries."""
