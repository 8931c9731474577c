"""Looking at the provider, over its public interface: the account, its number, its dialling permissions."""

import asyncio
import json
from typing import Any, Final
from urllib.parse import quote, urlsplit

import aiohttp

from vqueue.doctor.asking import ask
from vqueue.doctor.facts import Answer, NumberFacts, ProviderFacts
from vqueue.settings import Settings

VERSION: Final = "2010-04-01"


def permissions_url(api_url: str) -> str:
    """Where the provider keeps dialling permissions: another host of Twilio's, the same one of anybody else's."""
    parts = urlsplit(api_url)
    host = parts.netloc
    if (parts.hostname or "").endswith(".twilio.com"):
        host = host.replace("api.", "voice.", 1)
    return f"{parts.scheme}://{host}/v1/DialingPermissions/Countries"


async def look_at_provider(
    http: aiohttp.ClientSession, settings: Settings, countries: tuple[str, ...]
) -> ProviderFacts | None:
    """None without credentials. Nothing but the account is asked for when they are refused."""
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    if not sid or not token:
        return None
    account_url = f"{settings.twilio_api_url}/{VERSION}/Accounts/{quote(sid, safe='')}"
    account = await ask(http, f"{account_url}.json", auth=(sid, token))
    if account.status != 200:
        return ProviderFacts(account=account)
    told = _document(account)
    asked = quote(settings.twilio_from, safe="")
    number, permitted = await asyncio.gather(
        ask(http, f"{account_url}/IncomingPhoneNumbers.json?PhoneNumber={asked}", auth=(sid, token)),
        _permitted(http, permissions_url(settings.twilio_api_url), countries, auth=(sid, token)),
    )
    return ProviderFacts(
        account=account,
        account_status=str(told.get("status", "")),
        account_type=str(told.get("type", "")),
        number=number_facts(number, settings.twilio_from),
        closed=tuple(code for code, may in permitted.items() if may is False),
        unknown=tuple(code for code, may in permitted.items() if may is None),
    )


def number_facts(answer: Answer, number: str) -> NumberFacts:
    """The one of the list that is exactly ours: a filter may match more."""
    listed = _document(answer).get("incoming_phone_numbers", [])
    own = next((one for one in listed if isinstance(one, dict) and one.get("phone_number") == number), None)
    if own is None:
        return NumberFacts(answer=answer)
    can = own.get("capabilities") or {}
    diverted = "trunk" if own.get("trunk_sid") else "TwiML application" if own.get("voice_application_sid") else ""
    return NumberFacts(
        answer=answer,
        known=True,
        voice_url=str(own.get("voice_url") or ""),
        voice_method=str(own.get("voice_method") or ""),
        fallback_url=str(own.get("voice_fallback_url") or ""),
        status_url=str(own.get("status_callback") or ""),
        diverted=diverted,
        voice=bool(can.get("voice", True)),
        sms=bool(can.get("sms", True)),
    )


async def _permitted(
    http: aiohttp.ClientSession, url: str, countries: tuple[str, ...], *, auth: tuple[str, str]
) -> dict[str, bool | None]:
    """Country → whether ordinary numbers there may be dialled; None where the provider did not say."""
    answers = await asyncio.gather(*(ask(http, f"{url}/{quote(code, safe='')}", auth=auth) for code in countries))
    return {code: _may(answer) for code, answer in zip(countries, answers, strict=True)}


def _may(answer: Answer) -> bool | None:
    told = _document(answer).get("low_risk_numbers_enabled") if answer.status == 200 else None
    return told if isinstance(told, bool) else None


def _document(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
