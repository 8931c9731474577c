"""The doctor visits a bank that runs: real service, real network over HTTP; then things are broken one by one."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from tests.stories.bank import AGENT as AGENTS_PHONE
from tests.stories.bank import NUMBER, Bank
from vqueue.doctor.finding import Finding, Level, is_fine
from vqueue.doctor.looking import look_at_database, look_at_redis
from vqueue.doctor.visit import visit
from vqueue.settings import Settings


def by_check(found: list[Finding]) -> dict[str, Level]:
    return {finding.check: finding.level for finding in found}


def wrong(found: list[Finding]) -> list[str]:
    return [f"{finding.check}: {finding.what}" for finding in found if finding.level is not Level.OK]


async def test_a_bank_that_runs_is_healthy_and_what_breaks_is_named(sqlite_bank: Bank) -> None:
    bank, settings = sqlite_bank, sqlite_bank.settings
    await bank.agent("omer", AGENTS_PHONE, ready=False)
    found = await visit(settings)
    assert wrong(found) == []
    assert {"credentials", "voice_url", "fallback_url", "status_callback", "geo_permissions"} <= by_check(found).keys()
    assert not any(NUMBER in finding.what or AGENTS_PHONE in finding.what for finding in found)

    base = settings.public_url
    moved = {"voice_url": f"{base}/elsewhere", "fallback_url": None, "status_url": f"{base}/voice/status/inbound"}
    await bank.network.put(f"/sandbox/numbers/{quote(NUMBER)}", moved)
    await bank.network.put("/sandbox/countries", {"closed": ["GB"]})
    try:
        levels = by_check(await visit(settings))
    finally:
        await bank.network.put("/sandbox/countries", {"closed": []})
    assert (levels["voice_url"], levels["fallback_url"], levels["geo_permissions"]) == (Level.BAD,) * 3
    assert levels["status_callback"] is Level.OK

    stranger = {"twilio_auth_token": SecretStr("wrong"), "data_keys": SecretStr(base64.b64encode(b"x" * 32).decode())}
    levels = by_check(await visit(settings.model_copy(update=stranger)))
    assert (levels["credentials"], levels["keys"]) == (Level.BAD, Level.BAD)
    levels = by_check(await visit(settings.model_copy(update={"twilio_from": "+442079460199"})))
    assert levels["number"] is Level.BAD
    levels = by_check(await visit(settings.model_copy(update={"public_url": "http://127.0.0.1:9"})))
    assert levels["public_url"] is Level.BAD


async def test_a_shared_database_and_redis_are_looked_at(postgres_url: str, redis_url: str) -> None:
    settings = Settings(_env_file=None, database_url=postgres_url)  # type: ignore[call-arg]
    seen = await look_at_database(settings)
    assert (seen.kind, seen.reason, seen.empty) == ("PostgreSQL", "", True)
    nobody = await look_at_database(settings.model_copy(update={"database_url": "postgresql://a:b@127.0.0.1:9/c"}))
    assert nobody.reason and "b@" not in nobody.reason
    assert (await look_at_redis(redis_url)).reason == ""
    assert (await look_at_redis("redis://127.0.0.1:9/0")).reason


def test_the_command_prints_one_document_and_exits_by_what_it_found(tmp_path: Path) -> None:
    env = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    asked = [sys.executable, "-m", "vqueue", "doctor", "--json"]
    told = subprocess.run(asked, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    document = json.loads(told.stdout)
    assert (told.returncode, document["fine"]) == (1, False)
    assert {"check", "level", "what", "mend"} == set(document["findings"][0])
    assert all(finding["mend"] for finding in document["findings"] if finding["level"] != "ok")
    shown = subprocess.run(asked[:-1], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.returncode == 1 and "credentials" in shown.stdout


def test_fine_means_that_nothing_is_bad() -> None:
    one = Finding(check="x", level=Level.WARN, what="so so")
    assert is_fine([one]) and not is_fine([one, Finding(check="y", level=Level.BAD, what="no")])
