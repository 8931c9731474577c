"""A guest proves a number by a code sent to it, and gets a token for half an hour.

Nothing in the answers tells whether the number is known here; how many codes are sent is bounded per number, per
address and over all, so that nobody can make the bank pay for messages.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.errors import Invalid, NotFound, NumberRefused
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.speech import Prompt
from vqueue.domain.speech_args import Minutes, Text
from vqueue.engine import numbers
from vqueue.engine.numbers import Verdict
from vqueue.ports.apps import Verification
from vqueue.ports.database import Work
from vqueue.services.admitting import DAY, HOUR, Admission, ceiling
from vqueue.services.house import House

DIGITS = 6
LIFE_S = 600
"""How long a code is good, wall seconds."""
TRIES = 5
PER_NUMBER_DAY, PER_ADDRESS_HOUR, ALL_HOUR = 5, 20, 600
"""Codes sent at the most."""


@dataclass(frozen=True, slots=True)
class GuestToken:
    """What a guest may ask with, until `expires_at` (wall time)."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "GuestToken(…)"


async def begin(house: House, text: str, *, address: str, locale: str | None) -> Verification:
    """A code is on its way to the number. Raises NumberRefused for one that no queue may call, RateLimited."""
    verdict, language = await house.database.read(partial(_judged, text=text, locale=locale))
    if verdict.phone is None:
        raise NumberRefused(verdict.reason or "not_valid")
    drawn, proof = house.chance.digits(DIGITS), house.chance.id("pv")
    now = house.clock.now()
    made = Verification(
        id=proof,
        phone=house.vault.seal_phone(verdict.phone),
        code=_index(house, proof, drawn),
        made_at=now,
        expires_at=now + timedelta(seconds=LIFE_S * house.clock.speed),
    )
    admission = Admission(
        (
            ceiling(house, f"proof-number:{made.phone.index}", PER_NUMBER_DAY, DAY),
            ceiling(house, f"proof-address:{house.vault.index(address)}", PER_ADDRESS_HOUR, HOUR),
            ceiling(house, "proof-all", ALL_HOUR, HOUR),
        )
    )
    await house.database.transact(partial(_made, made=made, admission=admission))
    house.spawn(_send(house, verdict.phone, drawn, language))
    return made


def _judged(work: Work, text: str, locale: str | None) -> tuple[Verdict, str]:
    """The number by the first queue that may call it, else why the last one may not; and the words' language."""
    queues = work.queues.all()
    spoken = [language for queue in queues for language in queue.rules.languages]
    wished = (locale or "").replace("_", "-").split("-")[0].lower()
    language = wished if wished in spoken else next(iter(spoken), "en")
    verdict = Verdict(phone=None, reason="not_valid")
    for queue in queues:
        verdict = numbers.read(text, queue.rules.numbers.home, queue.rules.numbers)
        if verdict.allowed:
            break
    return verdict, language


def _made(work: Work, made: Verification, admission: Admission) -> None:
    admission.take(work, made.made_at)
    work.verifications.insert(made)


async def _send(house: House, phone: Phone, code: str, language: str) -> None:
    """The digits stand together, so that telephones offer to fill them in."""
    words = Prompt(
        "sms.verification",
        {"code": Text(code), "bank": Text(house.line.bank), "wait": Minutes(LIFE_S // 60)},
    )
    await house.notifier.tell(phone, words, language)


def _index(house: House, proof: str, digits: str) -> str:
    return house.vault.index(f"verification {proof} {digits}")


async def finish(house: House, proof: str, digits: str) -> GuestToken:
    """The token. Raises NotFound for a proof that is not known, used, over, or was tried too often; Invalid for a
    wrong code."""
    given = _index(house, proof, digits)
    right = await house.database.transact(partial(_tried, proof=proof, given=given, now=house.clock.now()))
    if right is None:
        raise Invalid("This is not the code.", errors=(("/code", "wrong"),))
    token, expires_at = house.tokens.for_guest(house.vault.open_phone(right), proof=proof)
    return GuestToken(token, expires_at)


def _tried(work: Work, proof: str, given: str, now: datetime) -> Sealed | None:
    """The number it proves; None for a wrong code, which is counted."""
    known = work.verifications.get(proof)
    if known.verified_at is not None or known.expires_at <= now or known.tries >= TRIES:
        raise NotFound("There is no such verification.")
    if given != known.code:
        work.verifications.replace(replace(known, tries=known.tries + 1))
        return None
    work.verifications.replace(replace(known, verified_at=now))
    return known.phone
