"""Everything the bank's systems may ask of agents, queues, requests and people."""

from vqueue.services.house import House
from vqueue.web.api.bank import agents, attempts, people, pins, queues, requests
from vqueue.web.api.operation import Operation


def operations(house: House) -> tuple[Operation, ...]:
    """In the order in which they are documented."""
    of = (agents, pins, attempts, queues, requests, people)
    return tuple(operation for face in of for operation in face.operations(house))
