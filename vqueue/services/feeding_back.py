"""What a customer says afterwards: how it was, whether it was solved, in his words."""

from functools import partial

from vqueue.domain.cards import strip_cards
from vqueue.domain.errors import Invalid, NotPossible
from vqueue.domain.ids import RequestId
from vqueue.ports.apps import Feedback
from vqueue.ports.database import Work
from vqueue.ports.identity import Customer
from vqueue.services import showing
from vqueue.services.house import House


async def give(
    house: House,
    customer: Customer,
    request_id: RequestId,
    *,
    rating: int | None,
    nps: int | None,
    solved: bool | None,
    comment: str | None,
) -> None:
    """The last one counts. Raises NotFound, NotPossible before the request has ended, Invalid when nothing is said."""
    words = strip_cards(comment.strip()) if comment else ""
    if rating is None and nps is None and solved is None and not words:
        raise Invalid("Say something.", errors=(("", "missing"),))
    said = Feedback(
        request=request_id,
        at=house.clock.now(),
        rating=rating,
        nps=nps,
        solved=solved,
        comment=house.vault.seal(words) if words else None,
    )
    await house.database.transact(partial(_given, customer=customer, said=said))


def _given(work: Work, customer: Customer, said: Feedback) -> None:
    if showing.known(work, customer, said.request).request.is_open:
        raise NotPossible("Feedback is given when the request has ended.")
    work.feedback.put(said)
