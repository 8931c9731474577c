"""People with the bank's app: tokens as the bank's issuer would sign them, worth something for this start alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt

from vqueue.demo.cast import FREE_CUSTOMERS
from vqueue.settings import Settings

ISSUER, AUDIENCE, SEGMENT = "https://login.tamarind.example", "tamarind-app", "segment"
LIFE = timedelta(days=7)
"""Wall time; a demo does not run longer."""
_NAMES = ("You", "Robin Hale", "Jamie Frost", "Alex Dunn", "Sam Pryce")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUser:
    """A customer with the app."""

    phone_number: str
    token: str = field(repr=False)


def app_users(settings: Settings, now: datetime) -> list[AppUser]:
    """One for each number that nobody else uses. `now` is wall time."""
    return [
        AppUser(phone_number=number, token=_token(settings, turn, number, now))
        for turn, number in enumerate(FREE_CUSTOMERS)
    ]


def _token(settings: Settings, turn: int, number: str, now: datetime) -> str:
    claims = {
        "iss": settings.app_jwt_issuer,
        "aud": settings.app_jwt_audience,
        "sub": f"customer-{turn + 1}",
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "phone_number": number,
        "phone_number_verified": True,
        "name": _NAMES[turn % len(_NAMES)],
        "locale": "en-GB",
    }
    return jwt.encode(claims, settings.app_jwt_secret.get_secret_value(), algorithm="HS256")
