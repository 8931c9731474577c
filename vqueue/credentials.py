"""Settings become the adapters that prove who somebody is: the app's tokens, guests' tokens."""

from functools import partial

import aiohttp

from vqueue.identity.app_tokens import SHARED_ALGORITHMS, CustomerTokens, Issuer, SharedSecret
from vqueue.identity.guest_tokens import GuestTokens
from vqueue.identity.published_keys import PublishedKeys
from vqueue.ports.clock import Clock
from vqueue.ports.vault import Vault
from vqueue.settings import Settings


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
