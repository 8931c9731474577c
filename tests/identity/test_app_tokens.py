"""Customers' tokens: what is believed, what is refused, and how the issuer's keys are kept."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.identity.issuer import (
    AUDIENCE,
    DATA_KEYS,
    NAME,
    NOON,
    RSA_KEYS,
    SHORT_KEY,
    Desk,
    claims,
    edwards,
    elliptic,
    jwk,
    part,
    signed,
)
from vqueue.clock import SystemChance
from vqueue.db.vault import KeyVault
from vqueue.domain.errors import Unauthenticated, Unavailable
from vqueue.domain.phone import Phone
from vqueue.identity.app_tokens import SHARED_ALGORITHMS, CustomerTokens, Issuer, SharedSecret
from vqueue.identity.guest_tokens import GuestTokens
from vqueue.identity.published_keys import AGAIN_S, FRESH_S, STALE_S

PHONE = Phone("+447700900218")
PEM = RSA_KEYS[0].public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)  # fmt: skip
NOW = int(NOON.timestamp())


async def refused(desk: Desk, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await desk.tokens.read(token)


async def test_a_good_token_says_who_the_customer_is(desk: Desk) -> None:
    said = claims(
        phone_number="+44 7700 900218",
        phone_number_verified=True,
        name=" Ann\u202e\n Lee ",
        locale="he-IL",
        tier="gold",
    )
    customer = await desk.tokens.read(signed(said))
    assert (customer.id, customer.phone, customer.name) == (f"{NAME}|c-1", PHONE, "Ann Lee")
    assert (customer.locale, customer.segment, customer.guest) == ("he", "gold", False)
    assert customer.expires_at == NOON + timedelta(seconds=300)
    assert "900218" not in repr(customer)


@pytest.mark.parametrize(
    "said",
    [
        {"phone_number": PHONE.e164},
        {"phone_number": PHONE.e164, "phone_number_verified": "true"},
        {"phone_number": PHONE.e164, "phone_number_verified": 1},
        {"phone_number": "07700900218", "phone_number_verified": True},
        {"phone_number": 447700900218, "phone_number_verified": True},
    ],
)
async def test_a_number_the_issuer_does_not_vouch_for_is_no_number(desk: Desk, said: dict[str, Any]) -> None:
    assert (await desk.tokens.read(signed(claims(**said)))).phone is None


async def test_claims_that_make_no_sense_are_left_out(desk: Desk) -> None:
    customer = await desk.tokens.read(signed(claims(name=["Ann"], locale="tlh", tier="Gold; drop table")))
    assert (customer.name, customer.locale, customer.segment) == (None, None, None)
    assert len((await desk.tokens.read(signed(claims(name="x" * 5000)))).name or "") == 100


def by_hand(header: dict[str, Any], said: dict[str, Any], key: bytes | None = None) -> str:
    """A token whose header is any we like, signed by HMAC or not at all."""
    text = f"{part(header)}.{part(said)}"
    seal = hmac.new(key, text.encode(), hashlib.sha256).digest() if key is not None else b""
    return f"{text}.{part(seal)}"


def changed(token: str, **more: Any) -> str:
    """The same signature over other claims."""
    first, second, third = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(second + "=="))
    return f"{first}.{part({**said, **more})}.{third}"


def unsigned(text: bytes) -> str:
    return f"{part({'alg': 'RS256', 'kid': 'k1'})}.{part(text)}.{part(b'x')}"


def two_signatures() -> str:
    first, second, third = signed().split(".")
    one = {"protected": first, "signature": third}
    return json.dumps({"payload": second, "signatures": [one, one]})


ATTACKS: dict[str, str] = {
    "nothing": "",
    "no token": "a.b.c",
    "alg none": by_hand({"alg": "none", "kid": "k1"}, claims()),
    "alg none and a signature": by_hand({"alg": "none", "kid": "k1"}, claims(), b"x"),
    "alg None": by_hand({"alg": "nOnE"}, claims()),
    "no alg": by_hand({"kid": "k1"}, claims(), PEM),
    "public key as a secret": by_hand({"alg": "HS256", "kid": "k1"}, claims(), PEM),
    "public key as an empty secret": by_hand({"alg": "HS256", "kid": "k1"}, claims(), b""),
    "algorithm not allowed": signed(algorithm="RS512"),
    "another issuer": signed(claims(iss="https://id.evil.example")),
    "issuer with a slash": signed(claims(iss=f"{NAME}/")),
    "issuers": signed(claims(iss=None)),
    "another audience": signed(claims(aud="another-app")),
    "other audiences": signed(claims(aud=["another-app", "third"])),
    "part of the audience": signed(claims(aud=AUDIENCE[:-1])),
    "no audience": signed(claims(aud=None)),
    "over": signed(claims(exp=NOW - 30)),
    "without end": signed(claims(exp=None)),
    "end as text": signed(claims(exp=str(NOW + 300))),
    "end as truth": signed(claims(exp=True)),
    "end beyond time": signed(claims(exp=1e30)),
    "not yet": signed(claims(nbf=NOW + 31)),
    "made in the future": signed(claims(iat=NOW + 31)),
    "of nobody": signed(claims(sub=None)),
    "of an empty name": signed(claims(sub="")),
    "of a number": by_hand({"alg": "RS256", "kid": "k1"}, claims(sub=7)),
    "of a long name": signed(claims(sub="x" * 256)),
    "of a name with a zero": signed(claims(sub="c\x00-1")),
    "of half a character": signed(claims(sub="\ud800")),
    "unknown key": signed(kid="k9"),
    "key by path": signed(kid="../../../../dev/null"),
    "key by address": signed(kid="https://evil.example/jwks"),
    "no key named": by_hand({"alg": "RS256", "kid": ""}, claims(), b"x"),
    "key as a list": by_hand({"alg": "RS256", "kid": ["k1"]}, claims(), b"x"),
    "another's key": signed(key=RSA_KEYS[1]),
    "own key brought along": signed(key=RSA_KEYS[1], jwk=jwk(RSA_KEYS[1]), jku="https://evil.example/jwks"),
    "crit": signed(crit=["exp"], exp=1),
    "empty crit": by_hand({"alg": "RS256", "kid": "k1", "crit": []}, claims(), b"x"),
    "unencoded payload": by_hand({"alg": "RS256", "kid": "k1", "b64": False}, claims(), b"x"),
    "another type": signed(typ="logout+jwt"),
    "two signatures": two_signatures(),
    "four parts": f"{signed()}.{part(b'more')}",
    "a line more": f"{signed()}\n",
    "padding": f"{signed()}=",
    "no signature": signed().rpartition(".")[0] + ".",
    "claims changed": changed(signed(), sub="c-2"),
    "too long": signed(claims(name="x" * 9000)),
    "deep": unsigned(b"[" * 6000),
    "names twice": unsigned(b'{"sub": "a", "sub": "b"}'),
    "not a number": unsigned(b'{"exp": NaN}'),
    "a list": unsigned(b"[]"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
async def test_a_token_that_is_not_good_is_refused(desk: Desk, name: str) -> None:
    await refused(desk, ATTACKS[name])


async def test_each_way_of_signing_that_is_allowed_is_understood(desk: Desk) -> None:
    keys = {"RS256": RSA_KEYS[0], "PS256": RSA_KEYS[0], "ES256": elliptic(), "ES384": elliptic(ec.SECP384R1()),
            "EdDSA": edwards()}  # fmt: skip
    desk.server.keys = [jwk(key, name, name) for name, key in keys.items()]
    for name, key in keys.items():
        assert (await desk.tokens.read(signed(key=key, algorithm=name, kid=name))).id
    await refused(desk, signed(kid=None))


async def test_a_signature_with_a_bit_to_spare_is_refused(desk: Desk) -> None:
    token = signed()
    spare = "A" if token[-1] != "A" else "B"
    assert len({token[-1], spare}) == 2
    await refused(desk, token[:-1] + chr(ord(token[-1]) + 1))


@pytest.mark.parametrize(
    "published",
    [
        jwk(RSA_KEYS[0], use="enc"),
        jwk(RSA_KEYS[0], key_ops=["encrypt"]),
        jwk(RSA_KEYS[0], key_ops="verify"),
        jwk(RSA_KEYS[0], alg="RS384"),
        jwk(RSA_KEYS[0], alg="RSA-OAEP"),
        jwk(RSA_KEYS[0], kty="EC"),
        {**jwk(RSA_KEYS[0]), "d": "AQAB"},
        {"kty": "oct", "kid": "k1", "k": part(b"s" * 32)},
    ],
)
async def test_a_key_that_is_for_something_else_proves_nothing(desk: Desk, published: dict[str, Any]) -> None:
    desk.server.keys = [published, jwk(RSA_KEYS[1], "k2")]
    await refused(desk, signed())
    await refused(desk, by_hand({"alg": "HS256", "kid": "k1"}, claims(), b"s" * 32))


async def test_a_short_key_and_one_that_is_there_twice_prove_nothing(desk: Desk) -> None:
    desk.server.keys = [jwk(SHORT_KEY), jwk(RSA_KEYS[0], "k2"), jwk(RSA_KEYS[1], "k2")]
    await refused(desk, signed(key=SHORT_KEY))
    await refused(desk, signed(kid="k2"))


async def test_one_key_needs_no_name(desk: Desk) -> None:
    assert (await desk.tokens.read(signed(kid=None))).id == f"{NAME}|c-1"


async def test_clocks_may_differ_a_little(desk: Desk) -> None:
    for said in (claims(exp=NOW - 29), claims(nbf=NOW + 29), claims(iat=NOW + 29)):
        assert await desk.tokens.read(signed(said))


# the issuer's keys


async def test_a_thousand_readers_of_a_cold_desk_make_one_look_at_the_keys(desk: Desk) -> None:
    token = signed()
    found = await asyncio.gather(*(desk.tokens.read(token) for _ in range(1000)))
    assert ({each.id for each in found}, desk.server.asked) == ({f"{NAME}|c-1"}, 1)


async def test_a_new_key_is_found_when_a_token_names_it(desk: Desk) -> None:
    await desk.tokens.read(signed())
    desk.server.keys = [jwk(RSA_KEYS[1], "k2")]
    desk.clock.move(AGAIN_S)
    token = signed(claims(desk.clock.at), key=RSA_KEYS[1], kid="k2")
    assert (await desk.tokens.read(token)).id == f"{NAME}|c-1"
    await refused(desk, signed(claims(desk.clock.at)))


async def test_tokens_with_invented_keys_do_not_make_us_ask_again_and_again(desk: Desk) -> None:
    await desk.tokens.read(signed())
    for each in range(50):
        await refused(desk, signed(kid=f"invented-{each}"))
    assert desk.server.asked == 1
    desk.clock.move(AGAIN_S)
    for each in range(50):
        await refused(desk, signed(claims(desk.clock.at), kid=f"invented-{each}"))
    assert desk.server.asked == 2


async def test_a_key_taken_back_proves_nothing_once_the_kept_ones_are_old(desk: Desk) -> None:
    await desk.tokens.read(signed())
    desk.server.keys = [jwk(RSA_KEYS[1], "k2")]
    desk.clock.move(FRESH_S)
    await refused(desk, signed(claims(desk.clock.at)))


async def test_while_the_issuer_is_down_the_known_keys_are_used_but_not_for_ever(desk: Desk) -> None:
    await desk.tokens.read(signed())
    desk.server.down = True
    desk.clock.move(FRESH_S)
    for _ in range(10):
        assert await desk.tokens.read(signed(claims(desk.clock.at)))
    assert desk.server.asked == 2
    desk.clock.move(STALE_S - FRESH_S)
    with pytest.raises(Unavailable):
        await desk.tokens.read(signed(claims(desk.clock.at)))
    desk.server.down = False
    desk.clock.move(AGAIN_S)
    assert await desk.tokens.read(signed(claims(desk.clock.at)))


@pytest.mark.parametrize("answer", [b"no json", b"[]", b'{"keys": 1}', b'{"keys": []}', b"[" * 5000, b"x" * 70_000])
async def test_what_is_no_key_set_is_not_taken_for_one(desk: Desk, answer: bytes) -> None:
    desk.server.answer = answer
    with pytest.raises(Unavailable):
        await desk.tokens.read(signed())


async def test_a_token_that_is_over_does_not_make_us_ask_the_issuer(desk: Desk) -> None:
    await refused(desk, signed(claims(exp=NOW - 300)))
    assert desk.server.asked == 0


# a shared secret, for development

SECRET = "a secret of the development issuer"


def of_development(desk: Desk) -> CustomerTokens:
    issuer = Issuer(name=NAME, audience=AUDIENCE, proof=SharedSecret(SECRET), algorithms=SHARED_ALGORITHMS)
    return CustomerTokens(guests=desk.tokens.guests, clock=desk.clock, issuer=issuer)


async def test_a_shared_secret_proves_tokens_and_only_those_signed_with_it(desk: Desk) -> None:
    tokens = of_development(desk)
    assert (await tokens.read(signed(key=SECRET, algorithm="HS256", kid=None))).id == f"{NAME}|c-1"
    for bad in (signed(key="another secret of thirty-two bytes", algorithm="HS256"), signed(), ATTACKS["alg none"]):
        with pytest.raises(Unauthenticated):
            await tokens.read(bad)


# guests


async def test_a_guest_is_the_number_he_proved_for_half_an_hour(desk: Desk) -> None:
    token, ends = desk.tokens.for_guest(PHONE, proof="pv_1")
    assert ends == NOON + timedelta(minutes=30)
    guest = await desk.tokens.read(token)
    assert (guest.phone, guest.guest, guest.expires_at) == (PHONE, True, ends)
    assert guest.id.startswith("vqueue:guest|") and "900218" not in guest.id
    again, _ = desk.tokens.for_guest(PHONE, proof="pv_2")
    assert (await desk.tokens.read(again)).id == guest.id
    desk.clock.move(30 * 60 + 30)
    await refused(desk, token)


async def test_a_guests_token_does_not_show_the_number(desk: Desk) -> None:
    token, _ = desk.tokens.for_guest(PHONE, proof="pv_1")
    shown = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    assert "900218" not in shown


async def test_guests_tokens_survive_a_new_data_key_and_end_with_the_old_one(desk: Desk) -> None:
    token, _ = desk.tokens.for_guest(PHONE, proof="pv_1")
    newest = base64.b64encode(b"p" * 32).decode()

    def reading(*keys: str) -> GuestTokens:
        return GuestTokens(keys, vault=KeyVault(keys, chance=SystemChance()), clock=desk.clock)

    assert reading(newest, *DATA_KEYS).read(token).phone == PHONE
    with pytest.raises(Unauthenticated):
        reading(newest).read(token)


async def test_the_apps_issuer_cannot_speak_for_guests_nor_guests_for_it(desk: Desk) -> None:
    await refused(desk, signed(claims(iss="vqueue:guest", aud="vqueue")))
    token, _ = desk.tokens.for_guest(PHONE, proof="pv_1")
    await refused(desk, changed(token, iss=NAME, aud=AUDIENCE))
    await refused(desk, changed(token, sub="0" * 32))
