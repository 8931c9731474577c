"""How what was seen is judged."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from vqueue.doctor import checks, checks_provider
from vqueue.doctor.facts import Answer, DatabaseFacts, DiskFacts, NumberFacts, ProviderFacts, RedisFacts
from vqueue.doctor.finding import Finding, Level
from vqueue.doctor.provider import number_facts, permissions_url
from vqueue.doctor.voices import VOICES
from vqueue.settings import Settings
from vqueue.telephony import twiml

PUBLIC = "https://queue.bank.example"
OK, WARN, BAD = Level.OK, Level.WARN, Level.BAD
FOUND = Answer(status=200, text="ok\n", skew_s=0.0)
NUMBER = NumberFacts(
    answer=FOUND,
    known=True,
    voice_url=f"{PUBLIC}/voice/inbound",
    voice_method="POST",
    fallback_url="https://static.bank.example/sorry.xml",
    status_url=f"{PUBLIC}/voice/status/inbound",
)
PROVIDER = ProviderFacts(account=FOUND, account_status="active", account_type="Full", number=NUMBER)
DATABASE = DatabaseFacts(kind="PostgreSQL", skew_s=0.0, queues=3, sealed=2, opened=2)


def settings(**changes: Any) -> Settings:
    """Of a bank in production, all of them good."""
    good: dict[str, Any] = {
        "public_url": PUBLIC,
        "twilio_account_sid": "AC" + "1" * 32,
        "twilio_auth_token": SecretStr("2" * 32),
        "twilio_from": "+442079460100",
        "data_keys": SecretStr("azE" + "a" * 40 + "="),
    }
    return Settings(_env_file=None, **(good | changes))


def levels(found: list[Finding]) -> dict[str, Level]:
    assert all((finding.mend == "") is (finding.level is OK) for finding in found), "what is not fine has a mend"
    return {finding.check: finding.level for finding in found}


def test_a_production_set_up_is_fine() -> None:
    told = settings()
    found = [
        *checks.settings(told),
        *checks.keys(told, DATABASE),
        *checks.database(DATABASE),
        *checks.clocks(DATABASE, FOUND),
        *checks.public(told, FOUND),
        *checks.pace(told),
        *checks_provider.account(told, PROVIDER),
        *checks_provider.number(told, NUMBER),
        *checks_provider.countries(("GB",), PROVIDER),
    ]
    assert set(levels(found).values()) == {OK}


@pytest.mark.parametrize(
    ("changes", "check", "level"),
    [
        ({"voice_url": f"{PUBLIC}/voice"}, "voice_url", BAD),
        ({"voice_url": ""}, "voice_url", BAD),
        ({"voice_method": "GET"}, "voice_url", BAD),
        ({"fallback_url": ""}, "fallback_url", BAD),
        ({"fallback_url": f"{PUBLIC}/voice/fallback"}, "fallback_url", WARN),
        ({"status_url": ""}, "status_callback", WARN),
        ({"diverted": "trunk"}, "number", BAD),
        ({"known": False}, "number", BAD),
        ({"voice": False}, "number", BAD),
        ({"sms": False}, "sms", WARN),
        ({"answer": Answer(reason="nobody answers there")}, "number", BAD),
    ],
)
def test_a_number_that_is_set_up_wrongly(changes: dict[str, Any], check: str, level: Level) -> None:
    assert levels(checks_provider.number(settings(), replace(NUMBER, **changes)))[check] is level


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (None, BAD),
        (ProviderFacts(account=Answer(status=401)), BAD),
        (ProviderFacts(account=Answer(reason="nobody answers there")), BAD),
        (replace(PROVIDER, account_status="suspended"), BAD),
        (replace(PROVIDER, account_type="Trial"), WARN),
    ],
)
def test_an_account_that_cannot_call(seen: ProviderFacts | None, level: Level) -> None:
    assert levels(checks_provider.account(settings(), seen)) == {"credentials": level}


def test_countries_that_are_closed_or_not_told() -> None:
    closed = checks_provider.countries(("GB", "RU"), replace(PROVIDER, closed=("RU",)))
    assert levels(closed) == {"geo_permissions": BAD} and "RU" in closed[0].what
    assert levels(checks_provider.countries(("ZZ",), replace(PROVIDER, unknown=("ZZ",)))) == {"geo_permissions": WARN}


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (Answer(reason="its name is not known"), BAD),
        (Answer(status=301), BAD),
        (Answer(status=200, text="<html>welcome</html>"), BAD),
        (Answer(status=502), BAD),
    ],
)
def test_a_public_address_that_is_not_ours(seen: Answer, level: Level) -> None:
    assert levels(checks.public(settings(), seen)) == {"public_url": level}


def test_a_provider_cannot_reach_this_machine_alone() -> None:
    assert levels(checks.public(settings(public_url="http://127.0.0.1:8080"), FOUND)) == {"public_url": BAD}


@pytest.mark.parametrize(
    ("skew_s", "level"), [(0.4, OK), (5.0, WARN), (-5.0, WARN), (40.0, BAD), (-40.0, BAD), (None, OK)]
)
def test_clocks_that_disagree(skew_s: float | None, level: Level) -> None:
    assert levels(checks.clocks(replace(DATABASE, skew_s=skew_s), None)) == {"clock": level}
    assert levels(checks.clocks(replace(DATABASE, skew_s=None), Answer(status=200, skew_s=skew_s))) == {"clock": level}


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (DatabaseFacts(kind="PostgreSQL", reason="nobody answers there"), {"database": BAD}),
        (DatabaseFacts(kind="PostgreSQL", differences=("x",)), {"database": BAD}),
        (DatabaseFacts(kind="SQLite", empty=True), {"database": WARN}),
        (DatabaseFacts(kind="SQLite", queues=0), {"database": OK, "queues": WARN}),
    ],
)
def test_a_database_that_is_not_ready(seen: DatabaseFacts, level: dict[str, Level]) -> None:
    assert levels(checks.database(seen)) == level


def test_keys_that_do_not_open_what_is_stored() -> None:
    assert levels(checks.keys(settings(), replace(DATABASE, opened=1))) == {"keys": BAD}
    assert levels(checks.keys(settings(data_keys=SecretStr("")), DATABASE)) == {"keys": BAD}
    assert levels(checks.keys(settings(data_keys=SecretStr("short")), DATABASE)) == {"keys": BAD}


def test_settings_that_are_unsafe_or_left_over() -> None:
    assert levels(checks.settings(settings(public_url="http://queue.bank.example"))) == {"settings": BAD}
    assert levels(checks.settings(settings(twilio_auth_token_previous=SecretStr("old")))) == {"settings": WARN}
    assert levels(checks.settings(settings(host="0.0.0.0"))) == {"settings": WARN}


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (None, OK),
        (RedisFacts(seconds=0.001, version="7.0"), OK),
        (RedisFacts(seconds=0.5), WARN),
        (RedisFacts(reason="ConnectionError"), BAD),
    ],
)
def test_redis(seen: RedisFacts | None, level: Level) -> None:
    assert levels(checks.redis(seen, shared=True)) == {"redis": level}


@pytest.mark.parametrize(
    ("free", "writable", "level"),
    [(5_000_000_000, True, OK), (1_000_000_000, True, WARN), (1, True, BAD), (9**12, False, BAD)],
)
def test_the_disk(free: int, writable: bool, level: Level) -> None:
    seen = DiskFacts(folder="var", free=free, total=9**12, writable=writable)
    assert levels(checks.disk(seen, sqlite=True)) == {"disk": level}


@pytest.mark.parametrize(("limit", "level"), [(1024, WARN), (9_999, WARN), (10_000, OK), (-1, OK)])
def test_the_open_files(limit: int, level: Level) -> None:
    """-1 is the system's word for no limit."""
    assert levels(checks.open_files(limit)) == {"open_files": level}


def test_more_calls_than_an_account_has_by_default() -> None:
    assert levels(checks.pace(settings(twilio_calls_per_second=5))) == {"calls_per_second": WARN}
    assert levels(checks.pace(settings(twilio_calls_per_second=5, twilio_api_url="http://127.0.0.1:1"))) == {
        "calls_per_second": OK
    }


def test_the_voices_in_use_are_documented_and_others_are_named() -> None:
    assert all(name in VOICES[tag] for tag, name in twiml.VOICES.items())
    assert levels(checks.voices(tuple(twiml.VOICES.items()))) == {"voices": OK}
    assert levels(checks.voices((("he-IL", "Polly.Joanna"), ("xx-XX", "")))) == {"voices": WARN}


@pytest.mark.parametrize(
    ("api", "url"),
    [
        ("https://api.twilio.com", "https://voice.twilio.com/v1/DialingPermissions/Countries"),
        ("https://api.dublin.ie1.twilio.com", "https://voice.dublin.ie1.twilio.com/v1/DialingPermissions/Countries"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090/v1/DialingPermissions/Countries"),
    ],
)
def test_permissions_are_asked_for_where_they_are(api: str, url: str) -> None:
    assert permissions_url(api) == url


def test_a_similar_number_is_not_ours() -> None:
    listed = Answer(status=200, text='{"incoming_phone_numbers": [{"phone_number": "+4420794601001"}]}')
    assert not number_facts(listed, "+442079460100").known
    assert not number_facts(Answer(status=200, text="not json"), "+442079460100").known
