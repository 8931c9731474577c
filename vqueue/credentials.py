"""Settings become what proves who somebody is (the app's tokens, guests' tokens, the staff's issuer), and what other
sites may do here."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import aiohttp

from vqueue.identity.app_tokens import SHARED_ALGORITHMS, CustomerTokens, Issuer, SharedSecret
from vqueue.identity.discovery import Discovery
from vqueue.identity.guest_tokens import GuestTokens
from vqueue.identity.oidc import Client, OidcIssuer
from vqueue.identity.published_keys import PublishedKeys
from vqueue.ports.clock import Clock
from vqueue.ports.vault import Vault
from vqueue.settings import Settings, UnsafeSetting
from vqueue.web.cors import origins
from vqueue.web.desk import Wishes, crm, outcomes

T = TypeVar("T")
_ORIGINS = "origins such as https://bank.example"
_CRM = "an https address such as https://crm.bank.example/{customer}"
_OUTCOMES = "at most 20 words of a-z, 0-9, _ and -"


def customer_tokens(
    settings: Settings, *, session: aiohttp.ClientSession, clock: Clock, vault: Vault
) -> CustomerTokens:
    """Reads what the bank's app sends and what guests were given."""
    guests = GuestTokens(settings.keys(), vault=vault, clock=clock)
    return CustomerTokens(guests=guests, clock=clock, issuer=_issuer(settings, session, clock))


def _issuer(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Issuer | None:
    """Who signs the tokens of the customers' app; None where there is no app."""
    if not settings.app_jwt_issuer:
        return None
    signed_by = partial(
        Issuer,
        name=settings.app_jwt_issuer,
        audience=settings.app_jwt_audience,
        segment_claim=settings.app_jwt_segment_claim,
    )
    if secret := settings.app_jwt_secret.get_secret_value():
        return signed_by(proof=SharedSecret(secret), algorithms=SHARED_ALGORITHMS)
    return signed_by(proof=PublishedKeys(session, settings.app_jwks_url, clock))


def staff_issuer(settings: Settings, *, session: aiohttp.ClientSession, clock: Clock) -> OidcIssuer | None:
    """Where staff sign in; None where passwords are the only way."""
    if not settings.oidc_issuer:
        return None
    client = Client(
        id=settings.oidc_client_id,
        secret=settings.oidc_client_secret.get_secret_value(),
        redirect_uri=f"{settings.public_url}/sign-in/oidc/back",
        signed_out_uri=f"{settings.public_url}/sign-in/oidc/over",
        role_claim=settings.oidc_role_claim,
        roles=settings.staff_roles(),
        name=settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or settings.oidc_issuer,
    )
    return OidcIssuer(session, Discovery(session, settings.oidc_issuer, clock), client=client, clock=clock)


def other_sites(settings: Settings) -> frozenset[str]:
    """Whose pages may use the API. Raises UnsafeSetting."""
    return _checked("ALLOWED_ORIGINS", origins, settings.allowed_origins, _ORIGINS)


def desk_wishes(settings: Settings) -> Wishes:
    """What the operator sets for the agents' desk. Raises UnsafeSetting."""
    return Wishes(
        crm=_checked("DESK_CRM_URL", crm, settings.desk_crm_url, _CRM),
        outcomes=_checked("DESK_OUTCOMES", outcomes, settings.desk_outcomes, _OUTCOMES),
        frames=_checked("DESK_FRAME_ORIGINS", origins, settings.desk_frame_origins, _ORIGINS),
    )


def _checked(name: str, read: Callable[[str], T], text: str, wanted: str) -> T:
    try:
        return read(text)
    except ValueError:
        raise UnsafeSetting(name, wanted, text) from None
