"""Keys of the bank's systems: who holds one, and what ends it."""

from datetime import timedelta

import pytest

from tests.web.house import HandClock
from vqueue.domain.errors import Invalid, NotFound, RateLimited, Unauthenticated
from vqueue.domain.journal import Fact
from vqueue.services import keys
from vqueue.services.house import House
from vqueue.services.keys import TRIES_PER_ADDRESS, WINDOW_S, MadeKey, Scope, look_up, make_key, revoke, well_formed

HERE = "192.0.2.7"
READING = (Scope.REPORTS_READ, Scope.JOURNAL_READ)


async def made(house: House, *, days: float | None = None) -> MadeKey:
    at = house.clock.now()
    expires_at = at + timedelta(days=days) if days is not None else None
    return await make_key(
        house.database, house.chance, name="  Data  lake ", scopes=READING, by="dana", at=at, expires_at=expires_at
    )


async def test_a_key_opens_what_its_scopes_say(house: House) -> None:
    new = await made(house)
    holder = await look_up(house, new.token, address=HERE)
    assert (holder.id, holder.name, holder.scopes) == (new.key.id, "Data lake", frozenset(READING))


async def test_the_key_itself_is_stored_and_told_nowhere(house: House) -> None:
    new = await made(house)
    stored = await house.database.read(lambda work: work.keys.all())
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    secret = new.token.rpartition("_")[2]
    assert secret not in repr((new, stored, rows))
    assert new.token.startswith(stored[0].hint)
    assert [(row.data["act"], row.data["of"], row.data["by"]) for row in rows] == [("made_key", new.key.id, "dana")]


async def test_two_keys_are_never_alike_and_can_be_recognised_when_leaked(house: House) -> None:
    one, other = await made(house), await made(house)
    assert one.token != other.token
    assert well_formed(one.token) and well_formed(other.token)
    slip = one.token[:-9] + ("0" if one.token[-9] != "0" else "1") + one.token[-8:]
    assert not any(map(well_formed, (slip, one.token[:-1], one.token + "0", one.token.upper(), one.token + "\n", "")))


async def test_a_revoked_key_is_worth_nothing_at_once(house: House) -> None:
    new = await made(house)
    await look_up(house, new.token, address=HERE)
    await revoke(house.database, house.chance, new.key.id, by="dana", at=house.clock.now())
    with pytest.raises(Unauthenticated):
        await look_up(house, new.token, address=HERE)
    rows = await house.database.read(lambda work: work.journal.recent(facts=(Fact.STAFF_ACTED,)))
    assert sorted(row.data["act"] for row in rows) == ["made_key", "revoked_key"]


async def test_a_key_ends_at_its_time(house: House, clock: HandClock) -> None:
    new = await made(house, days=1)
    clock.move(24 * 3600 - 1)
    assert await look_up(house, new.token, address=HERE)
    clock.move(1)
    with pytest.raises(Unauthenticated):
        await look_up(house, new.token, address=HERE)


async def test_what_is_no_key_is_refused_alike(house: House) -> None:
    await made(house)
    other = keys._token("key_0000000000", house.chance)
    told = set()
    for token in ("", "vq_", "Bearer", other, other[:-1], "vq_\x00", "x" * 10_000):
        with pytest.raises(Unauthenticated) as refused:
            await look_up(house, token, address=HERE)
        told.add(str(refused.value))
    assert len(told) == 1


async def test_an_address_that_guesses_is_held_off_and_a_good_key_never_is(house: House, clock: HandClock) -> None:
    new = await made(house)
    for _ in range(TRIES_PER_ADDRESS):
        with pytest.raises(Unauthenticated):
            await look_up(house, "vq_guess", address=HERE)
    with pytest.raises(RateLimited):
        await look_up(house, "vq_guess", address=HERE)
    assert await look_up(house, new.token, address=HERE)
    with pytest.raises(Unauthenticated):
        await look_up(house, "vq_guess", address="192.0.2.8")
    clock.move(WINDOW_S)
    with pytest.raises(Unauthenticated):
        await look_up(house, "vq_guess", address=HERE)


async def test_a_key_has_a_name_and_a_scope(house: House) -> None:
    at = house.clock.now()
    for name, scopes in ((" ", READING), ("x" * 101, READING), ("lake", ())):
        with pytest.raises(Invalid):
            await make_key(house.database, house.chance, name=name, scopes=scopes, by="dana", at=at)
    with pytest.raises(NotFound):
        await revoke(house.database, house.chance, "key_none", by="dana", at=at)
