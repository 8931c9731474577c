"""The public keys an issuer publishes (JWK set, RFC 7517): which of them may prove a token."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from vqueue.domain.errors import Unavailable
from vqueue.identity.jws import PUBLIC_ALGORITHMS, BadToken, Unproven

RSA_BITS = 2048
"""Shorter keys are not used (NIST SP 800-131A)."""
KEYS_MAX = 100
_OF_RSA = frozenset({"RS256", "RS384", "PS256"})
_OF_CURVES = {"secp256r1": frozenset({"ES256"}), "secp384r1": frozenset({"ES384"})}
_READERS: Mapping[str, type[RSAAlgorithm | ECAlgorithm | OKPAlgorithm]] = {
    "RSA": RSAAlgorithm,
    "EC": ECAlgorithm,
    "OKP": OKPAlgorithm,
}


class UnknownKey(BadToken):
    """The token was signed with a key the issuer has not published."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that proves signatures, and the algorithms it is for."""

    name: str | None
    algorithms: frozenset[str]
    key: Any


@dataclass(frozen=True, slots=True)
class KeySet:
    """The usable keys of one issuer."""

    keys: Sequence[PublicKey]

    @classmethod
    def read(cls, text: bytes) -> "KeySet":
        """Keys we cannot use (private, too short, for encryption, of another kind) are left out.

        Raises Unavailable for what is no key set, or holds no usable key."""
        try:
            entries = json.loads(text)["keys"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Unavailable("What the issuer publishes is no key set.") from None
        if not isinstance(entries, list) or len(entries) > KEYS_MAX:
            raise Unavailable("What the issuer publishes is no key set.")
        keys = tuple(key for entry in entries if isinstance(entry, dict) for key in _usable(entry))
        if not keys:
            raise Unavailable("The issuer publishes no key that can be used.")
        return cls(keys)

    def prove(self, token: Unproven) -> Mapping[str, Any]:
        """Claims of a token signed with the one key it means. Raises UnknownKey, BadToken.

        A token without a key's name is only accepted while the set has one key."""
        if token.key_name is None and len(self.keys) > 1:
            raise BadToken("The token does not say which key signed it.")
        named = [key for key in self.keys if token.key_name in (None, key.name)]
        if not named:
            raise UnknownKey
        fitting = [key for key in named if token.algorithm in key.algorithms]
        if len(fitting) != 1:
            raise BadToken("The token's key is not for this kind of signature.")
        return token.prove(fitting[0].key)


def _usable(entry: Mapping[str, Any]) -> list[PublicKey]:
    """The key, or nothing where it must not be used to prove a signature."""
    reader = _READERS.get(str(entry.get("kty")))
    uses = entry.get("key_ops", ["verify"])
    if reader is None or entry.get("use", "sig") != "sig" or "d" in entry:
        return []
    if not isinstance(uses, list) or "verify" not in uses:
        return []
    try:
        key = reader.from_jwk(dict(entry))
    except (PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        return []
    algorithms, meant = _algorithms(key), entry.get("alg")
    if meant is not None:
        algorithms &= {meant}
    name = entry.get("kid")
    if not algorithms or not (name is None or isinstance(name, str)):
        return []
    return [PublicKey(name, algorithms & PUBLIC_ALGORITHMS, key)]


def _algorithms(key: object) -> frozenset[str]:
    """What a key of this kind can prove."""
    if isinstance(key, RSAPublicKey):
        return _OF_RSA if key.key_size >= RSA_BITS else frozenset()
    if isinstance(key, EllipticCurvePublicKey):
        return _OF_CURVES.get(key.curve.name, frozenset())
    return frozenset({"EdDSA"}) if isinstance(key, Ed25519PublicKey) else frozenset()
