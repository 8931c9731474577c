"""All operations of the customer's app."""

from vqueue.services.house import House
from vqueue.web.api.customer import choices, devices, lobby, proofs, queues, requests
from vqueue.web.api.operation import Operation
from vqueue.web.limits import Limits


def operations(house: House, limits: Limits) -> tuple[Operation, ...]:
    """In the order in which they are documented."""
    return (
        *lobby.operations(house),
        *queues.operations(house),
        *choices.operations(house),
        *requests.operations(house),
        *devices.operations(house),
        *proofs.operations(house, limits),
    )
