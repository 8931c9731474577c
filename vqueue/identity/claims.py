"""What a proven token must say before it is believed, and how its words become a customer's."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vqueue.domain.phone import Phone
from vqueue.identity.jws import BadToken

LEEWAY = timedelta(seconds=30)
"""How far the issuer's clock may be from ours."""
SUBJECT_MAX = 255
NAME_MAX = 100
_LAST_MOMENT = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_ID = re.compile(r"[a-z0-9_-]{1,64}\Z")
_SPACED = re.compile(r"[\s().-]+")
_LANGUAGES = {"en": "en", "ru": "ru", "he": "he", "iw": "he"}


def believed(claims: Mapping[str, Any], *, issuer: str, audience: str, now: datetime) -> datetime:
    """When the token ends, if it is from this issuer for this audience and its time is now. Raises BadToken."""
    if claims.get("iss") != issuer:
        raise BadToken("The token is from another issuer.")
    if not _meant_for(claims.get("aud"), audience):
        raise BadToken("The token is for somebody else.")
    ends = _moment(claims, "exp")
    if ends is None or now >= ends + LEEWAY:
        raise BadToken("The token is over.")
    for name in ("nbf", "iat"):
        begins = _moment(claims, name)
        if begins is not None and now < begins - LEEWAY:
            raise BadToken("The token's time has not come.")
    return ends


def subject(claims: Mapping[str, Any]) -> str:
    """Whom the token is about. Raises BadToken."""
    found = claims.get("sub")
    if not isinstance(found, str) or not 0 < len(found) <= SUBJECT_MAX or not _plain(found):
        raise BadToken("The token names nobody.")
    return found


def vouched_phone(claims: Mapping[str, Any]) -> Phone | None:
    """The number, only where the issuer says that it has been verified."""
    text = claims.get("phone_number")
    if claims.get("phone_number_verified") is not True or not isinstance(text, str):
        return None
    try:
        return Phone(_SPACED.sub("", text))
    except ValueError:
        return None


def name(claims: Mapping[str, Any]) -> str | None:
    """At most NAME_MAX characters in one line."""
    text = claims.get("name")
    if not isinstance(text, str):
        return None
    shown = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text[: 8 * NAME_MAX])
    return " ".join(shown.split())[:NAME_MAX].rstrip() or None


def locale(claims: Mapping[str, Any]) -> str | None:
    """One of the languages spoken here, by the first part of a language tag."""
    text = claims.get("locale")
    return _LANGUAGES.get(re.split(r"[-_]", text.lower(), maxsplit=1)[0]) if isinstance(text, str) else None


def word(claims: Mapping[str, Any], claim: str) -> str | None:
    """An id under a claim the settings name."""
    text = claims.get(claim) if claim else None
    return text if isinstance(text, str) and _ID.match(text) else None


def _meant_for(found: object, audience: str) -> bool:
    return found == audience or (isinstance(found, list) and audience in found)


def _moment(claims: Mapping[str, Any], claim: str) -> datetime | None:
    """Raises BadToken for what is there and is no time."""
    found = claims.get(claim)
    if claim not in claims:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < _LAST_MOMENT:
        raise BadToken("The token's times are no times.")
    return datetime.fromtimestamp(found, UTC)


def _plain(text: str) -> bool:
    """Neither control characters nor halves of characters: it can be stored and shown."""
    return not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)
