"""The code by which a customer knows that it is the bank who calls: the same for all of a request's calls."""

from vqueue.domain.ids import RequestId
from vqueue.domain.request import Request
from vqueue.ports.database import Work
from vqueue.services.house import House

DIGITS = 4


def drawn(house: House, request: RequestId) -> str:
    """Reckoned from the request's id with the house's secret: there from the first moment, stored nowhere but with
    the attempts, not to be guessed from the id. Four digits, said in as many seconds."""
    return str(int(house.vault.index(f"bank code of {request}"), 16) % 10**DIGITS).zfill(DIGITS)


async def bank_code(house: House, request_id: RequestId) -> str | None:
    """What the customer's app shows before the call. None: the rules have no code, or the request is closed.

    Whose request it is, is for the caller to check. Raises NotFound.
    """
    told = await house.database.read(lambda work: _told(work, request_id))
    return drawn(house, request_id) if told else None


def _told(work: Work, request_id: RequestId) -> bool:
    request = work.requests.get(request_id)
    return request.is_open and work.queues.get(request.queue).rules.callback.bank_code


def spoken(request: Request, *, ruled: bool) -> bool:
    """Whether it is said after key 1: only to whom an app can show it; to others it would be noise."""
    return ruled and request.customer is not None
