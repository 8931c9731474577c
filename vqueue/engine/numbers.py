"""Reads what a customer keyed or an app sent as a telephone number, and says whether it may be called."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from vqueue.domain.phone import Phone
from vqueue.domain.rules import NumberKind, Numbers

_WRITTEN = re.compile(r"\+?[\d\s().\-/\u00a0\u2010-\u2015]+\Z")
_LONGEST = 40
_FICTION = re.compile(r"\+447700900\d{3}\Z")
"""Mobile numbers that Ofcom keeps for drama: in no numbering plan, and never anybody's. Demonstrations ring them."""
WORLD = "001"
"""The country of numbers that belong to none (satellite and international services)."""
_WORLD_KINDS = {
    800: NumberKind.TOLL_FREE,
    808: NumberKind.SHARED_COST,
    870: NumberKind.SATELLITE,
    878: NumberKind.PERSONAL,
    881: NumberKind.SATELLITE,
    882: NumberKind.SATELLITE,
    883: NumberKind.SATELLITE,
    888: NumberKind.UAN,
    979: NumberKind.PREMIUM,
}
_KINDS = {
    0: NumberKind.FIXED_LINE,
    1: NumberKind.MOBILE,
    2: NumberKind.FIXED_LINE_OR_MOBILE,
    3: NumberKind.TOLL_FREE,
    4: NumberKind.PREMIUM,
    5: NumberKind.SHARED_COST,
    6: NumberKind.VOIP,
    7: NumberKind.PERSONAL,
    8: NumberKind.PAGER,
    9: NumberKind.UAN,
    10: NumberKind.VOICEMAIL,
}
"""By the values of phonenumbers' PhoneNumberType."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A number and whether it may be called. `reason` is empty when it may, else one of: `empty`, `not_a_number`,
    `not_valid`, `emergency`, `short`, `country_not_allowed`, `kind_not_allowed`. `phone` is None unless it may."""

    phone: Phone | None
    reason: str = ""
    kind: NumberKind = NumberKind.UNKNOWN
    country: str = ""
    """ISO code, `001` for services of no country, empty when unknown."""
    zones: tuple[str, ...] = ()
    """Time zones in which the number may be, ascending; empty when unknown."""

    @property
    def allowed(self) -> bool:
        return self.phone is not None


def read(text: str, home: str, rules: Numbers) -> Verdict:
    """E.164, or the digits a customer keys at home in `home`. Any text gets a verdict; nothing is raised."""
    written = text.strip()
    if not written:
        return Verdict(phone=None, reason="empty")
    if len(written) > _LONGEST or not _WRITTEN.match(written) or not any(sign.isdigit() for sign in written):
        return Verdict(phone=None, reason="not_a_number")
    return _short(written, home) or _judged(_placed(written, home), rules)


def zone_of(phone: Phone, fallback: str) -> str:
    """The time zone of a number. Where it may be in several: `fallback` if that is one of them, else the middle one by
    offset, so that nobody is rung by more than half the country's width too early or too late."""
    zones = zones_of(phone)
    return fallback if not zones or fallback in zones else _middle(zones)


@lru_cache(maxsize=256)
def _middle(zones: tuple[str, ...]) -> str:
    """Of several zones the middle one by offset."""
    winter = datetime(2026, 1, 15, tzinfo=UTC)
    ordered = sorted(zones, key=lambda zone: (winter.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(), zone))
    return ordered[(len(ordered) - 1) // 2]


def country_of(phone: Phone) -> str:
    """ISO code of the number's country, `001` for services of no country, empty when unknown."""
    return _placed(phone.e164, "").country


def zones_of(phone: Phone) -> tuple[str, ...]:
    """Time zones in which the number may be, ascending; empty when unknown."""
    return _placed(phone.e164, "").zones


def _short(written: str, home: str) -> Verdict | None:
    """Emergency and other short numbers, which are dialled without a country and are never a customer's."""
    from phonenumbers import is_emergency_number

    digits = "".join(str(int(sign)) for sign in written if sign.isdecimal())
    if is_emergency_number(digits, home) or digits in ("112", "911", "999"):
        return Verdict(phone=None, reason="emergency", kind=NumberKind.EMERGENCY, country=home)
    if len(digits) <= 6:
        return Verdict(phone=None, reason="short", kind=NumberKind.SHORT, country=home)
    return None


@dataclass(frozen=True, slots=True, repr=False)
class _Placed:
    """A number in the world's numbering plan; `phone` is None when there is no such number."""

    phone: Phone | None
    kind: NumberKind = NumberKind.UNKNOWN
    country: str = ""
    zones: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def _placed(written: str, home: str) -> _Placed:
    """One asking needs a number's kind, country and zones several times over."""
    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    try:
        number = phonenumbers.parse(written, home or None)
    except phonenumbers.NumberParseException:
        return _Placed(None)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _FICTION.match(e164):
        return _Placed(Phone(e164), NumberKind.MOBILE, "GB", ("Europe/London",))
    if number.extension or not phonenumbers.is_valid_number(number) or not 8 <= len(e164) <= 16:
        return _Placed(None)
    code = number.country_code or 0
    kind = _WORLD_KINDS.get(code) or _KINDS.get(phonenumbers.number_type(number), NumberKind.UNKNOWN)
    country = phonenumbers.region_code_for_number(number) or ""
    zones = tuple(sorted(zone for zone in time_zones_for_number(number) if zone != "Etc/Unknown"))
    return _Placed(Phone(e164), kind, country, zones)


def _judged(placed: _Placed, rules: Numbers) -> Verdict:
    """A kind that is refused is named before the country: it says more to the one who asks."""
    if placed.phone is None:
        return Verdict(phone=None, reason="not_valid")
    reason = ""
    if placed.kind not in rules.kinds:
        reason = "kind_not_allowed"
    elif placed.country not in rules.countries:
        reason = "country_not_allowed"
    phone = None if reason else placed.phone
    return Verdict(phone=phone, reason=reason, kind=placed.kind, country=placed.country, zones=placed.zones)
