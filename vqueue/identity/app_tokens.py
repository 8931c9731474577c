"""Who a customer is, by the token his app sends: the bank's issuer's, or one of ours for a guest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from vqueue.domain.phone import Phone
from vqueue.identity import claims as said
from vqueue.identity.guest_tokens import ISSUER as GUESTS
from vqueue.identity.guest_tokens import GuestTokens
from vqueue.identity.jws import PUBLIC_ALGORITHMS, BadToken, Unproven, take_apart
from vqueue.ports.clock import Clock
from vqueue.ports.identity import Customer

SHARED_ALGORITHMS = frozenset({"HS256"})
_EITHER = PUBLIC_ALGORITHMS | SHARED_ALGORITHMS


class Proof(Protocol):
    """Proves a token of one issuer."""

    async def prove(self, token: Unproven) -> Mapping[str, Any]:
        """Raises BadToken, Unavailable."""
        ...


class SharedSecret:
    """One secret shared with the issuer: for development, where no keys are published."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    async def prove(self, token: Unproven) -> Mapping[str, Any]:
        return token.prove(self._secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who signs the app's tokens and for whom. `segment_claim` names the claim that holds the customer's segment."""

    name: str
    audience: str
    proof: Proof
    algorithms: frozenset[str] = PUBLIC_ALGORITHMS
    segment_claim: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTokens:
    """`ports.identity.AppTokens`. Without an issuer only guests are known."""

    guests: GuestTokens
    clock: Clock
    issuer: Issuer | None = None

    async def read(self, token: str) -> Customer:
        # Which of the two it claims to be decides only who must prove it, and by which algorithms.
        claimed = take_apart(token, algorithms=_EITHER).claims.get("iss")
        if claimed == GUESTS:
            return self.guests.read(token)
        if self.issuer is None or claimed != self.issuer.name:
            raise BadToken("The token is from another issuer.")
        return await self._read(self.issuer, token)

    def for_guest(self, phone: Phone, *, proof: str) -> tuple[str, datetime]:
        return self.guests.give(phone, proof=proof)

    async def _read(self, issuer: Issuer, token: str) -> Customer:
        unproven = take_apart(token, algorithms=issuer.algorithms)
        # A token that is over costs its sender nothing and us no look at the issuer's keys.
        said.believed(unproven.claims, issuer=issuer.name, audience=issuer.audience, now=self.clock.calendar())
        claims = await issuer.proof.prove(unproven)
        return Customer(
            id=f"{issuer.name}|{said.subject(claims)}",
            phone=said.vouched_phone(claims),
            name=said.name(claims),
            locale=said.locale(claims),
            segment=said.word(claims, issuer.segment_claim),
            expires_at=said.believed(claims, issuer=issuer.name, audience=issuer.audience, now=self.clock.calendar()),
        )
