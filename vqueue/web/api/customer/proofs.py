"""Guests: a number proven by a code, for the widget and the support page."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from vqueue.services import proving
from vqueue.services.house import House
from vqueue.web.api.customer.shapes import Locale, PhoneNumber
from vqueue.web.api.operation import Anyone, Ask, Operation, Reply, Shape
from vqueue.web.limits import Limits

TAG = "Guests"


class NewVerification(Shape):
    """The number a code is sent to."""

    phone_number: PhoneNumber
    locale: Locale | None = None


class VerificationShown(Shape):
    """The same answer for every number that may be called, whoever's it is."""

    id: str
    expires_at: datetime


class Proof(Shape):
    """The code as it was received."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class GuestToken(Shape):
    """A token for half an hour."""

    token: str = Field(repr=False)
    expires_at: datetime


def operations(house: House, limits: Limits) -> tuple[Operation, ...]:
    async def begin(ask: Ask) -> Reply:
        body: NewVerification = ask.body
        made = await proving.begin(house, body.phone_number, address=limits.address(ask.http), locale=body.locale)
        shown = VerificationShown(id=made.id, expires_at=made.expires_at)
        return Reply(body=shown, headers={"Location": f"/v1/phone-verifications/{made.id}"})

    async def finish(ask: Ask) -> Reply:
        body: Proof = ask.body
        given = await proving.finish(house, ask.path["id"], body.code)
        return Reply(body=GuestToken(token=given.token, expires_at=given.expires_at))

    return (
        Operation(
            method="POST", path="/v1/phone-verifications", name="begin_phone_verification",
            summary="Send a code to a number", status=201, tag=TAG, who=Anyone(), handler=begin,
            body=NewVerification, answer=VerificationShown, problems=("number_refused",), headers=("Location",),
        ),
        Operation(
            method="PUT", path="/v1/phone-verifications/{id}", name="finish_phone_verification",
            summary="A guest's token for the code", tag=TAG, who=Anyone(), handler=finish, body=Proof,
            answer=GuestToken,
        ),
    )  # fmt: skip
