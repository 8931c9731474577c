"""The key browsers subscribe to push messages with."""

from vqueue.domain.errors import NotFound
from vqueue.services.house import House
from vqueue.web.api.operation import Anyone, Ask, Operation, Reply, Shape


class PushKey(Shape):
    """`applicationServerKey` of `PushManager.subscribe`."""

    application_server_key: str


def operations(house: House) -> tuple[Operation, ...]:
    async def key(_: Ask) -> Reply:
        if not house.push_key:
            raise NotFound("No push messages are sent to browsers here.")
        return Reply(body=PushKey(application_server_key=house.push_key))

    return (
        Operation(
            method="GET", path="/v1/push-key", name="read_push_key", summary="The key for web push", tag="Devices",
            who=Anyone(), handler=key, answer=PushKey, problems=("not_found",),
        ),
    )  # fmt: skip
