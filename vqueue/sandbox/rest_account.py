"""REST: the account, its numbers and where their calls are answered, and the countries it may dial."""

import hashlib
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from vqueue.sandbox.config import Route
from vqueue.sandbox.countries import COUNTRIES, Country
from vqueue.sandbox.network import Network
from vqueue.sandbox.numbers import from_query
from vqueue.sandbox.rest_calls import ROOT
from vqueue.sandbox.rest_frame import NETWORK, VERSION, Form, date, not_found, page, path

PERMISSIONS: Final = "/v1/DialingPermissions/Countries"
ACCOUNT_PARTS: Final = ("Calls", "Conferences", "IncomingPhoneNumbers", "Messages", "Queues", "Recordings")


def routes() -> list[web.RouteDef]:
    return [
        web.get(f"/{VERSION}/Accounts/{{account}}.json", account),
        web.get(f"{ROOT}/IncomingPhoneNumbers.json", listed),
        web.get(f"{ROOT}/IncomingPhoneNumbers/{{sid}}.json", fetched),
        web.post(f"{ROOT}/IncomingPhoneNumbers/{{sid}}.json", updated),
        web.get(PERMISSIONS, countries),
        web.get(f"{PERMISSIONS}/{{code}}", country),
    ]


async def account(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    here, sid, began = path(network), network.config.account_sid, date(network.started_at)
    told = {
        "sid": sid,
        "owner_account_sid": sid,
        "friendly_name": "Sandbox",
        "status": "active",
        "type": "Full",
        "auth_token": network.config.auth_token,
        "date_created": began,
        "date_updated": began,
        "uri": f"{here}.json",
        "subresource_uris": {_snake(part): f"{here}/{part}.json" for part in ACCOUNT_PARTS},
    }
    return web.json_response(told)


async def listed(request: web.Request) -> web.Response:
    """`PhoneNumber` and `FriendlyName` filter by the whole value."""
    network, query = request.app[NETWORK], request.query
    wanted = from_query(query["PhoneNumber"]) if query.get("PhoneNumber") else None
    found = [
        (number, route)
        for number, route in network.numbers.items()
        if wanted in (None, number) and query.get("FriendlyName") in (None, "", route.name)
    ]
    return page(request, "incoming_phone_numbers", found, lambda one: show(network, *one))


async def fetched(request: web.Request) -> web.Response:
    return web.json_response(show(request.app[NETWORK], *_known(request)))


async def updated(request: web.Request) -> web.Response:
    """Where the number's calls are answered from now on; what is not sent stays."""
    network, (number, route), form = request.app[NETWORK], _known(request), await Form.of(request)
    changed = replace(
        route,
        voice_url=form.url("VoiceUrl") or route.voice_url,
        fallback_url=form.url("VoiceFallbackUrl") if form.has("VoiceFallbackUrl") else route.fallback_url,
        status_url=form.url("StatusCallback") if form.has("StatusCallback") else route.status_url,
        voice_method=form.method("VoiceMethod") if form.has("VoiceMethod") else route.voice_method,
        name=form.get("FriendlyName") or route.name,
    )
    network.numbers[number] = changed
    return web.json_response(show(network, number, changed))


def _known(request: web.Request) -> tuple[str, Route]:
    for number, route in request.app[NETWORK].numbers.items():
        if sid_of(number) == request.match_info["sid"]:
            return number, route
    raise not_found(request)


def sid_of(number: str) -> str:
    """The same number has the same sid in every network."""
    return "PN" + hashlib.sha256(number.encode()).hexdigest()[:32]


def show(network: Network, number: str, route: Route) -> dict[str, Any]:
    sid, began = sid_of(number), date(network.started_at)
    nothing = dict.fromkeys(
        (
            *("address_sid", "bundle_sid", "emergency_address_sid", "identity_sid", "sms_application_sid"),
            *("trunk_sid", "voice_application_sid"),
        )
    )
    return nothing | {
        "sid": sid,
        "account_sid": network.config.account_sid,
        "phone_number": number,
        "friendly_name": route.name or number,
        "voice_url": route.voice_url,
        "voice_method": route.voice_method,
        "voice_fallback_url": route.fallback_url,
        "voice_fallback_method": "POST",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "status_callback": route.status_url,
        "status_callback_method": "POST",
        "sms_url": "",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "address_requirements": "none",
        "api_version": VERSION,
        "beta": False,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "date_created": began,
        "date_updated": began,
        "emergency_status": "Inactive",
        "emergency_address_status": "unregistered",
        "origin": "twilio",
        "status": "in-use",
        "type": "local",
        "uri": f"{path(network, 'IncomingPhoneNumbers', sid)}.json",
    }


async def countries(request: web.Request) -> web.Response:
    network = request.app[NETWORK]
    told = [_permission(network, one) for one in COUNTRIES]
    here = f"{network.base_url}{PERMISSIONS}"
    meta = {
        "first_page_url": f"{here}?PageSize=50&Page=0",
        "key": "content",
        "next_page_url": None,
        "page": 0,
        "page_size": max(50, len(told)),
        "previous_page_url": None,
        "url": f"{here}?PageSize=50&Page=0",
    }
    return web.json_response({"content": told, "meta": meta})


async def country(request: web.Request) -> web.Response:
    for one in COUNTRIES:
        if one.iso_code == request.match_info["code"].upper():
            return web.json_response(_permission(request.app[NETWORK], one))
    raise not_found(request)


def _permission(network: Network, one: Country) -> dict[str, Any]:
    here = f"{network.base_url}{PERMISSIONS}/{one.iso_code}"
    return {
        "iso_code": one.iso_code,
        "name": one.name,
        "continent": one.continent,
        "country_codes": list(one.codes),
        "low_risk_numbers_enabled": one.iso_code not in network.closed_countries,
        "high_risk_special_numbers_enabled": False,
        "high_risk_tollfraud_numbers_enabled": False,
        "url": here,
        "links": {"highrisk_special_prefixes": f"{here}/HighRiskSpecialPrefixes"},
    }


def _snake(name: str) -> str:
    return "".join(f"_{mark.lower()}" if mark.isupper() else mark for mark in name).lstrip("_")
