"""Customers are told as they wished, with a link to a page, in order, and nothing that is not so any more."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.db.builders import a_request
from tests.notify.conftest import Outside
from vqueue.domain.ids import CallSid
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone
from vqueue.domain.request import Request, State
from vqueue.domain.speech import Prompt
from vqueue.ports.apps import Device, DeviceKind
from vqueue.ports.notifier import Failed, Gone, Taken, Told
from vqueue.ports.telephony import Doubt, NotPlaced, Placed, Placing
from vqueue.services import noticing
from vqueue.services.house import House
from vqueue.wording import Catalogue

CATALOGUE = Catalogue.load()


@dataclass
class Letterbox:
    """What customers were sent, by SMS and push; answers as a test tells it."""

    texts: list[str] = field(default_factory=list)
    pushes: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    answers: list[Placing] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        self.texts.append(CATALOGUE.show(prompt.key, prompt.args, language))
        return self.answers.pop(0) if self.answers else Placed(CallSid("SM1"))

    async def push(
        self, kind: DeviceKind, address: str, prompt: Prompt, *, language: str, data: Mapping[str, str]
    ) -> Told:
        self.pushes.append((address, CATALOGUE.show(prompt.key, prompt.args, language), data))
        return self.told.get(address, Taken())


@pytest.fixture
def box() -> Letterbox:
    return Letterbox()


@pytest.fixture
def house(outside: Outside, box: Letterbox) -> House:
    return replace(outside.house, notifier=box, pusher=box)


async def stands(house: House, name: str = "r1", **changes: Any) -> Request:
    """A request in its grace after a missed call."""
    given: dict[str, Any] = {
        "phone": house.vault.seal_phone(Phone("+447700900111")), "state": State.UNREACHED, "ready": False,
        "grace_until": house.clock.now() + timedelta(minutes=30), "customer": "iss|ann", "verified": True,
        "closed_at": house.clock.now(), **changes,
    }  # fmt: skip
    request = a_request(name, **given)
    await house.database.transact(lambda work: work.requests.insert(request))
    return request


async def notify(house: House, request: Request, prompt: str = "sms.missed_in_grace", **more: Any) -> None:
    await house.act(lambda clerk: clerk.notify(request, prompt, **more))


async def device(house: House, name: str = "phone-1", address: str = "tok-1") -> None:
    made = Device(
        id=name, customer="iss|ann", kind=DeviceKind.FCM, address=house.vault.seal(address), language="he",
        put_at=house.clock.now(),
    )  # fmt: skip
    await house.database.transact(lambda work: work.devices.put(made))


async def dead(house: House) -> list[Any]:
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.NOTICE_DEAD,)))
    return [row.data["outcome"] for row in rows]


async def test_an_sms_has_a_link_whose_token_is_stored_nowhere(house: House, box: Letterbox) -> None:
    await notify(house, await stands(house))
    await noticing.send(house)
    (text,) = box.texts
    assert text.startswith("Tamarind Bank: we rang and could not reach you. Your place is kept until 14:37.")
    token = text.partition("https://bank.example/r/")[2]
    assert len(token) == 43
    assert "7700" not in text
    assert await house.database.read(lambda work: work.links.find(token)) is None


@pytest.mark.parametrize(
    ("wishes", "sms", "push"),
    [((), 1, 0), (("sms",), 1, 0), (("push",), 0, 1), (("push", "sms"), 1, 1), (("webhook",), 0, 0)],
)
async def test_he_is_told_as_he_wished(
    house: House, box: Letterbox, wishes: tuple[str, ...], sms: int, push: int
) -> None:
    await device(house)
    await notify(house, await stands(house, notify=wishes))
    await noticing.send(house)
    assert (len(box.texts), len(box.pushes)) == (sms, push)


async def test_a_push_is_in_the_devices_language_and_holds_ids_alone(house: House, box: Letterbox) -> None:
    await device(house)
    await notify(house, await stands(house, notify=("push",)))
    await noticing.send(house)
    (push,) = box.pushes
    assert push[0] == "tok-1"
    assert push[1].startswith("התקשרנו ולא היה מענה")
    assert push[2] == {"request": "r1", "purpose": "missed_in_grace"}


async def test_a_device_that_is_gone_is_forgotten_and_one_that_took_it_is_enough(house: House, box: Letterbox) -> None:
    await device(house)
    await device(house, "phone-2", "tok-2")
    await device(house, "phone-3", "tok-3")
    box.told = {"tok-1": Gone(), "tok-2": Failed("http_500")}
    await notify(house, await stands(house, notify=("push",)))
    await noticing.send(house)
    left = await house.database.read(lambda work: work.devices.of_customer("iss|ann"))
    assert [one.id for one in left] == ["phone-2", "phone-3"]
    assert await house.database.read(lambda work: work.upkeep.outbox()) == (0, None)


async def test_what_fails_is_tried_again_and_given_up_with_a_word_in_the_journal(
    house: House, box: Letterbox, outside: Outside
) -> None:
    box.answers = [Doubt("reset")] * 20
    await notify(house, await stands(house, grace_until=house.clock.now() + timedelta(days=9)))
    for _ in range(12):
        await noticing.send(house)
        outside.clock.move(86_401)
    assert len(box.texts) == 1 + len(noticing.SPACING_S)
    assert await dead(house) == ["failed"]


async def test_a_number_that_is_refused_is_not_tried_again(house: House, box: Letterbox) -> None:
    box.answers = [NotPlaced(21610, "opted out")]
    await notify(house, await stands(house))
    await noticing.send(house)
    assert await dead(house) == ["refused"]


@pytest.mark.parametrize(
    ("prompt", "changes"),
    [
        ("sms.missed_in_grace", {"grace_until": None}),
        ("sms.missed_will_retry", {}),
        ("sms.rolled_over", {}),
    ],
)
async def test_what_is_not_so_any_more_is_not_told(
    house: House, box: Letterbox, prompt: str, changes: dict[str, Any]
) -> None:
    await notify(house, await stands(house, **changes), prompt)
    await noticing.send(house)
    assert (box.texts, await dead(house)) == ([], ["moot"])


async def test_notices_of_one_request_go_in_their_order(house: House, box: Letterbox) -> None:
    request = await stands(house)
    await notify(house, request)
    await notify(house, request, "sms.expired_call")
    await noticing.send(house)
    assert ["rang" in box.texts[0], "expired" in box.texts[1]] == [True, True]


async def test_a_reminder_waits_for_its_time(house: House, box: Letterbox, outside: Outside) -> None:
    await notify(house, await stands(house), at=house.clock.now() + timedelta(minutes=10))
    await noticing.send(house)
    assert box.texts == []
    outside.clock.move(601)
    await noticing.send(house)
    assert len(box.texts) == 1
