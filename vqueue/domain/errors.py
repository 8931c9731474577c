"""Every refusal there is: one root, one class each, a stable code that is part of the public face."""

from typing import ClassVar


class Refusal(Exception):
    """Something asked cannot be done. `code` is stable; the text explains it to a person and holds no secret."""

    code: ClassVar[str] = "refused"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or (self.__doc__ or "").strip().splitlines()[0])


class NotFound(Refusal):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"


class AlreadyOpen(Refusal):
    """This number already has an open request in this queue; change or cancel that one."""

    code = "already_open"

    def __init__(self, detail: str = "", *, request: str | None = None) -> None:
        super().__init__(detail)
        self.request = request


class AlreadyDialing(Refusal):
    """The customer's phone is being rung at this moment; no retry follows."""

    code = "already_dialing"


class ClosedRequest(Refusal):
    """The request has ended; make a new one."""

    code = "closed_request"


class NotPossible(Refusal):
    """The request's state does not allow this; read it again."""

    code = "not_possible"


class AgentComing(Refusal):
    """An agent was reserved meanwhile and is just coming: stay on the line."""

    code = "agent_coming"


class GraceOver(Refusal):
    """The time to come back after a missed call is over; make a new request."""

    code = "grace_over"


class NumberRefused(Refusal):
    """This number may not be called; give another one. `reason` says why."""

    code = "number_refused"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or f"This number may not be called: {reason}.")
        self.reason = reason


class QueueClosed(Refusal):
    """The queue is closed now; take the next opening, a booked time or a message."""

    code = "window_closed"


class QueueFull(Refusal):
    """The queue takes no more callbacks at this moment; hold, or leave a message."""

    code = "queue_full"


class SwitchedOff(Refusal):
    """Registering callbacks is switched off by a supervisor; hold instead."""

    code = "switched_off"


class SlotTaken(Refusal):
    """This time is fully booked; choose another."""

    code = "slot_taken"


class StaleWrite(Refusal):
    """A row changed since it was read. Callers of `transact` never see it: the op runs again."""

    code = "stale_version"


class NotLeader(Refusal):
    """This process lost the lease of the shard and must not decide."""

    code = "not_leader"


class Invalid(Refusal):
    """The input is not understood; `errors` lists a JSON pointer and a code for each fault."""

    code = "invalid_request"

    def __init__(self, detail: str = "", *, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class RehearsalRunning(Refusal):
    """Rules are being rehearsed already; one rehearsal runs at a time."""

    code = "rehearsal_running"


class NoPastDay(Refusal):
    """No customer of this queue is recorded on those days: there is nothing to rehearse on."""

    code = "no_past_day"


class Malformed(Refusal):
    """The request cannot be read at all."""

    code = "malformed"


class IdempotencyKeyMissing(Refusal):
    """This needs an Idempotency-Key: the same key again gives the same answer."""

    code = "idempotency_key_missing"


class IdempotencyKeyReused(Refusal):
    """This Idempotency-Key came before with another body; use a new one."""

    code = "idempotency_key_reused"


class PreconditionRequired(Refusal):
    """Name the version you change in If-Match."""

    code = "precondition_required"


class Outdated(Refusal):
    """The version you name is not the present one; read it again."""

    code = "stale_version"


class Unauthenticated(Refusal):
    """No credentials, or wrong ones."""

    code = "not_authenticated"


class Forbidden(Refusal):
    """You may not do this."""

    code = "forbidden"


class RateLimited(Refusal):
    """Too many tries; the same may be asked again after `retry_after_s`."""

    code = "rate_limited"

    def __init__(self, detail: str = "", *, retry_after_s: int = 60) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(Refusal):
    """A part this needs is down; nothing was changed. Try again shortly."""

    code = "unavailable"


class ImpossibleMove(Exception):
    """A state table was asked for a move that is not among the cell's targets: a mistake in the program."""
