"""Reads signed tokens (JWS compact, RFC 7515) more strictly than the standard asks: one way to write each thing."""

import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from vqueue.domain.errors import Unauthenticated

TOKEN_MAX = 8 * 1024
"""Characters of the longest token that is looked at."""
PUBLIC_ALGORITHMS = frozenset({"RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"})
"""What an issuer with published keys may sign with."""
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
_KEY_NAME_MAX = 255
_JWS = PyJWS(algorithms=sorted({*PUBLIC_ALGORITHMS, "HS256"}))


class BadToken(Unauthenticated):
    """The token is not good."""


@dataclass(frozen=True, slots=True)
class Unproven:
    """A token taken apart; nothing in it is true before `prove`."""

    token: str
    algorithm: str
    key_name: str | None
    claims: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Unproven({self.algorithm})"

    def prove(self, key: Any) -> Mapping[str, Any]:
        """The claims, once the signature fits this key. Raises BadToken."""
        try:
            _JWS.decode(self.token, key, algorithms=[self.algorithm])
        except (PyJWTError, ValueError, TypeError):
            raise BadToken("The token's signature is not good.") from None
        return self.claims


def take_apart(token: str, *, algorithms: frozenset[str]) -> Unproven:
    """Header and claims of a compact token signed with one of the algorithms. Raises BadToken.

    Refused: anything but three non-empty parts in base64url without padding or spare bits, repeated names in JSON,
    `crit` (we know no extension), types other than JWT and at+jwt.
    """
    if len(token) > TOKEN_MAX or not _COMPACT.match(token):
        raise BadToken("This is not a signed token.")
    first, second, third = token.split(".")
    header, claims = _object(_bytes(first)), _object(_bytes(second))
    _bytes(third)
    algorithm, name, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise BadToken("Tokens are not signed this way here.")
    if "crit" in header or "b64" in header:
        raise BadToken("The token asks for something we do not know.")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise BadToken("This is another kind of token.")
    if name is not None and not (isinstance(name, str) and 0 < len(name) <= _KEY_NAME_MAX):
        raise BadToken("The token's key has no proper name.")
    return Unproven(token, algorithm, name, claims)


def _bytes(part: str) -> bytes:
    try:
        found = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise BadToken("This is not a signed token.") from None
    if urlsafe_b64encode(found).rstrip(b"=").decode() != part:
        raise BadToken("This is not a signed token.")
    return found


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadToken("This is not a signed token.") from None
    if not isinstance(found, dict):
        raise BadToken("This is not a signed token.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number
