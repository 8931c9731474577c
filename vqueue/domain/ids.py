"""Names of things: opaque text ids, each its own type so that they cannot be mixed up."""

from typing import NewType

RequestId = NewType("RequestId", str)
AttemptId = NewType("AttemptId", str)
LegId = NewType("LegId", str)
Token = NewType("Token", str)
"""Random, unguessable, part of every URL of its leg."""
AgentId = NewType("AgentId", str)
QueueId = NewType("QueueId", str)
SessionId = NewType("SessionId", str)
PromiseId = NewType("PromiseId", str)
CallSid = NewType("CallSid", str)
"""The provider's name of one phone call."""
