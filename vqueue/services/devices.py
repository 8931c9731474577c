"""Where a customer's app can be told something: devices put by the app, their addresses sealed."""

from functools import partial

from vqueue.domain.errors import NotFound
from vqueue.ports.apps import Device, DeviceKind
from vqueue.ports.database import Work
from vqueue.ports.identity import Customer
from vqueue.services.house import House

MOST = 10
"""Devices of one customer; the one that was put longest ago goes."""


async def put(
    house: House, customer: Customer, device: str, *, kind: DeviceKind, address: str, language: str
) -> Device:
    """Raises NotFound for the id of somebody else's device. `address` is the token, or the subscription as JSON."""
    made = Device(
        id=device,
        customer=customer.id,
        kind=kind,
        address=house.vault.seal(address),
        language=language,
        put_at=house.clock.now(),
    )
    await house.database.transact(partial(_put, made=made))
    return made


def _put(work: Work, made: Device) -> None:
    work.devices.put(made)
    known = sorted(work.devices.of_customer(made.customer), key=lambda one: (one.put_at, one.id), reverse=True)
    for old in known[MOST:]:
        work.devices.remove(old.id)


async def remove(house: House, customer: Customer, device: str) -> None:
    """Nothing is sent there any more. Raises NotFound, for somebody else's too."""
    await house.database.transact(partial(_removed, customer=customer.id, device=device))


def _removed(work: Work, customer: str, device: str) -> None:
    if work.devices.get(device).customer != customer:
        raise NotFound("There is no such device.")
    work.devices.remove(device)
