"""Settings of identity: half of them, or unsafe ones, end the start with one sentence."""

import base64
from pathlib import Path
from typing import Any

import pytest

from vqueue.settings import Settings, UnsafeSetting

SERVING = {
    "data_keys": base64.b64encode(b"k" * 32).decode(),
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "token",
    "twilio_from": "+442079460000",
    "public_url": "https://queue.tamarind.example",
    "flows_dir": str(Path(__file__).parents[2] / "ivr_flows"),
}
APP = {
    "app_jwt_issuer": "https://id.tamarind.example",
    "app_jwt_audience": "vqueue-app",
    "app_jwks_url": "https://id.tamarind.example/jwks",
}
STAFF = {
    "oidc_issuer": "https://sso.tamarind.example",
    "oidc_client_id": "vqueue",
    "oidc_roles": "vq-admins=admin, leads=supervisor",
}
HERE = "http://127.0.0.1:8080"


def settings(**told: Any) -> Settings:
    return Settings(_env_file=None, **(SERVING | told))


@pytest.mark.parametrize(
    "told",
    [
        {},
        APP,
        APP | {"app_jwks_url": "http://localhost:9000/jwks"},
        APP | {"app_jwks_url": "", "app_jwt_secret": "s" * 32, "public_url": HERE},
        STAFF,
        STAFF | {"local_sign_in": False, "oidc_issuer": "http://127.0.0.1:9000"},
    ],
)
def test_whole_settings_are_served_with(told: dict[str, Any]) -> None:
    settings(**told).check_serving()


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (APP | {"app_jwt_issuer": ""}, "APP_JWT_ISSUER"),
        (APP | {"app_jwt_issuer": "vqueue:guest"}, "APP_JWT_ISSUER"),
        (APP | {"app_jwt_audience": ""}, "APP_JWT_AUDIENCE"),
        (APP | {"app_jwks_url": ""}, "APP_JWKS_URL"),
        (APP | {"app_jwt_secret": "s" * 32}, "APP_JWKS_URL"),
        (APP | {"app_jwks_url": "http://id.tamarind.example/jwks"}, "APP_JWKS_URL"),
        (APP | {"app_jwks_url": "https://me:secret@id.tamarind.example/jwks"}, "APP_JWKS_URL"),
        (APP | {"app_jwks_url": "file:///etc/jwks"}, "APP_JWKS_URL"),
        (APP | {"app_jwks_url": "", "app_jwt_secret": "s" * 32}, "APP_JWT_SECRET"),
        (APP | {"app_jwks_url": "", "app_jwt_secret": "s" * 31, "public_url": HERE}, "APP_JWT_SECRET"),
        ({"twilio_from": "123"}, "TWILIO_FROM"),
        ({"flows_dir": "nowhere"}, "FLOWS_DIR"),
        ({"local_sign_in": False}, "LOCAL_SIGN_IN"),
        (STAFF | {"oidc_issuer": ""}, "OIDC_ISSUER"),
        (STAFF | {"oidc_issuer": "http://sso.tamarind.example"}, "OIDC_ISSUER"),
        (STAFF | {"oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        (STAFF | {"oidc_roles": ""}, "OIDC_ROLES"),
        (STAFF | {"oidc_roles": "leads=boss"}, "OIDC_ROLES"),
        (STAFF | {"oidc_roles": "=admin"}, "OIDC_ROLES"),
    ],
)
def test_what_is_half_or_unsafe_is_refused_by_name(told: dict[str, Any], name: str) -> None:
    with pytest.raises(UnsafeSetting) as refused:
        settings(**told).check_serving()
    assert refused.value.name == name
    assert "sssss" not in str(refused.value)


def test_what_the_issuer_says_becomes_a_role() -> None:
    assert settings(**STAFF).staff_roles() == {"vq-admins": "admin", "leads": "supervisor"}
