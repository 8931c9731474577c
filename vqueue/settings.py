"""The one reader of the environment: every setting, checked at start, refused with one sentence when unsafe."""

import base64
import binascii
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import EnvSettingsSource

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECRET_MIN = 32
"""Bytes of a secret that signs tokens (RFC 7518, 3.2)."""
ROLES = ("viewer", "supervisor", "admin", "agent")


class UnsafeSetting(ValueError):
    """A setting the service will not start with: its name, what was expected, what was found."""

    def __init__(self, name: str, expected: str, found: str) -> None:
        super().__init__(f"VQUEUE_{name}: expected {expected}, found {found}.")
        self.name = name


class _SecretFiles(EnvSettingsSource):
    """`VQUEUE_X_FILE` names a file whose content is the value of `VQUEUE_X`."""

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.settings_cls.model_fields:
            path = self.env_vars.get(f"vqueue_{name}_file")
            if path:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
        return found


class Settings(BaseSettings):
    """Environment `VQUEUE_*`, also from `.env`; secrets also as files `VQUEUE_*_FILE`."""

    model_config = SettingsConfigDict(env_prefix="VQUEUE_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    public_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    bank: str = "Tamarind Bank"
    first_queue: str = ""
    flows_dir: Path = Path("ivr_flows")
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_auth_token_previous: SecretStr = SecretStr("")
    twilio_api_url: str = "https://api.twilio.com"
    twilio_from: str = ""
    twilio_calls_per_second: float = Field(0.9, gt=0)
    data_keys: SecretStr = SecretStr("")
    app_jwt_issuer: str = ""
    app_jwt_audience: str = ""
    app_jwks_url: str = ""
    app_jwt_secret: SecretStr = SecretStr("")
    app_jwt_segment_claim: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_role_claim: str = "roles"
    oidc_roles: str = ""
    oidc_name: str = ""
    local_sign_in: bool = True
    webhook_allow_private: bool = False
    webhook_timeout_s: float = Field(15.0, gt=0, le=60)
    vapid_private_key: SecretStr = SecretStr("")
    vapid_subject: str = ""
    fcm_credentials: SecretStr = SecretStr("")
    fcm_api_url: str = "https://fcm.googleapis.com"
    trusted_proxies: str = ""
    allowed_origins: str = ""
    agent_pins: Literal["off", "where_set", "always"] = "where_set"
    desk_crm_url: str = ""
    desk_outcomes: str = ""
    desk_frame_origins: str = ""
    metrics_token: SecretStr = SecretStr("")
    metrics_port: int = Field(0, ge=0, le=65535)
    conversation_days: int = Field(30, ge=1)
    rehearsal_processes: int = Field(2, ge=1, le=64)
    drain_s: float = Field(3.0, ge=0, le=8)
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in value.replace(",", " ").split():
            ip_network(part, strict=False)
        return value

    @field_validator("database_url", "redis_url")
    @classmethod
    def _address(cls, value: str, told: ValidationInfo) -> str:
        """The address itself may hold a password: a refusal names its kind alone."""
        known = ("postgresql", "sqlite") if told.field_name == "database_url" else ("redis", "rediss", "unix")
        kind, _, rest = value.partition("://")
        if value and (not rest or kind.partition("+")[0] not in known):
            raise ValueError(f"expected an address that begins with {'://, '.join(known)}://, found another kind")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls), dotenv_settings, file_secret_settings

    @property
    def database(self) -> str:
        """The database's address; by default a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'vqueue.sqlite').resolve()}"

    @property
    def local(self) -> bool:
        """Everything happens on this machine: the public URL is a loopback address."""
        return (urlsplit(self.public_url).hostname or "") in LOOPBACK

    def keys(self) -> tuple[str, ...]:
        """The encryption keys, newest first. Raises UnsafeSetting for one that is not base64 of 32 bytes or more."""
        keys = tuple(self.data_keys.get_secret_value().replace(",", " ").split())
        for key in keys:
            try:
                size = len(base64.b64decode(key, validate=True))
            except (binascii.Error, ValueError):
                raise UnsafeSetting("DATA_KEYS", "base64 keys", "something else") from None
            if size < 32:
                raise UnsafeSetting("DATA_KEYS", "keys of 32 bytes or more", f"one of {size} bytes")
        return keys

    def staff_roles(self) -> dict[str, str]:
        """Value of the issuer's claim → role, from `value=role` pairs. Raises UnsafeSetting."""
        pairs = [pair.partition("=") for pair in self.oidc_roles.replace(",", " ").split()]
        for value, _, role in pairs:
            if not value or role not in ROLES:
                raise UnsafeSetting("OIDC_ROLES", "pairs value=role of " + ", ".join(ROLES), self.oidc_roles)
        return {value: role for value, _, role in pairs}

    def check_serving(self) -> None:
        """Raises UnsafeSetting for the first setting that is not safe to serve with."""
        if not self.keys():
            raise UnsafeSetting("DATA_KEYS", "at least one base64 key of 32 bytes", "none")
        if not self.twilio_account_sid or not self.twilio_auth_token.get_secret_value():
            raise UnsafeSetting("TWILIO_AUTH_TOKEN", "the account's SID and token", "nothing")
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", self.twilio_from):
            raise UnsafeSetting("TWILIO_FROM", "the bank's number in E.164", self.twilio_from or "nothing")
        if not (self.flows_dir / "main.yaml").is_file():
            raise UnsafeSetting("FLOWS_DIR", "a folder with the conversation main.yaml", str(self.flows_dir))
        if urlsplit(self.public_url).scheme != "https" and not self.local:
            raise UnsafeSetting("PUBLIC_URL", "https outside this machine", self.public_url)
        api = urlsplit(self.twilio_api_url)
        if api.scheme != "https" and (api.hostname or "") not in LOOPBACK:
            raise UnsafeSetting("TWILIO_API_URL", "https outside loopback", self.twilio_api_url)
        self._check_customers()
        self._check_staff()
        self._check_outward()

    def _check_customers(self) -> None:
        """The app's tokens: nothing, or an issuer, an audience and one way to prove."""
        secret, url = self.app_jwt_secret.get_secret_value(), self.app_jwks_url
        if not any((self.app_jwt_issuer, self.app_jwt_audience, secret, url)):
            return
        if not self.app_jwt_issuer or self.app_jwt_issuer.startswith("vqueue:"):
            raise UnsafeSetting("APP_JWT_ISSUER", "the `iss` of the app's tokens", self.app_jwt_issuer or "nothing")
        if not self.app_jwt_audience:
            raise UnsafeSetting("APP_JWT_AUDIENCE", "the `aud` of the app's tokens", "nothing")
        if bool(secret) == bool(url):
            found = "both" if secret else "neither"
            raise UnsafeSetting("APP_JWKS_URL", "either this or VQUEUE_APP_JWT_SECRET", found)
        if url and not _private(url):
            raise UnsafeSetting("APP_JWKS_URL", "https outside loopback", url)
        if secret and not self.local:
            raise UnsafeSetting("APP_JWT_SECRET", "published keys where VQUEUE_PUBLIC_URL is not local", "a secret")
        if secret and len(secret.encode()) < SECRET_MIN:
            raise UnsafeSetting("APP_JWT_SECRET", f"{SECRET_MIN} bytes or more", f"{len(secret.encode())}")

    def _check_outward(self) -> None:
        """Webhooks and push: only public addresses outside this machine, and keys that are keys."""
        if self.webhook_allow_private and not self.local:
            raise UnsafeSetting("WEBHOOK_ALLOW_PRIVATE", "false where VQUEUE_PUBLIC_URL is not local", "true")
        if self.vapid_private_key.get_secret_value() and not self.vapid_subject.startswith(("mailto:", "https://")):
            raise UnsafeSetting("VAPID_SUBJECT", "mailto: or https: of whom a push service may ask", "something else")
        if not _private(self.fcm_api_url):
            raise UnsafeSetting("FCM_API_URL", "https outside loopback", self.fcm_api_url)

    def _check_staff(self) -> None:
        """Staff sign in here, at an issuer, or both."""
        roles = self.staff_roles()
        if not self.oidc_issuer:
            if not self.local_sign_in:
                raise UnsafeSetting("LOCAL_SIGN_IN", "true while VQUEUE_OIDC_ISSUER is empty", "false")
            if self.oidc_client_id or roles:
                raise UnsafeSetting("OIDC_ISSUER", "the issuer's address", "nothing")
            return
        if not _private(self.oidc_issuer):
            raise UnsafeSetting("OIDC_ISSUER", "https outside loopback", self.oidc_issuer)
        if not self.oidc_client_id:
            raise UnsafeSetting("OIDC_CLIENT_ID", "what the issuer calls this service", "nothing")
        if not roles:
            raise UnsafeSetting("OIDC_ROLES", "at least one pair value=role", "none")


def _private(url: str) -> bool:
    """An address nobody on the way can read or change: https, or within this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    plain = parts.username is None and not parts.fragment and bool(host)
    return plain and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
