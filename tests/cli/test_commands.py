"""The command line: what it prints, and the exit code that goes with it."""

import base64
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vqueue.cli import main


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """An empty folder as data directory and as current one, so that no `.env` is read."""
    monkeypatch.setenv("VQUEUE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def ran(cli: CliRunner, *words: str, typed: str | None = None) -> Result:
    return cli.invoke(main, words, input=typed)


def test_help_is_quick_because_nothing_heavy_is_read() -> None:
    heavy = "{'aiohttp', 'sqlalchemy', 'numpy', 'twilio', 'pydantic', 'yaml'}"
    code = f"import sys, vqueue.cli; sys.exit(sorted({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_is_listed(cli: CliRunner) -> None:
    listed = ran(cli, "--help").output
    for command in ("serve", "demo", "sandbox", "db", "flows", "keys", "users", "verify-journal", "fallback-document"):
        assert f"\n  {command} " in listed


@pytest.mark.parametrize("option", ["--speed", "--seconds"])
@pytest.mark.parametrize("amount", ["nan", "inf", "0", "-1"])
def test_what_is_no_amount_is_wrong_usage(cli: CliRunner, option: str, amount: str) -> None:
    assert ran(cli, "demo", option, amount).exit_code == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://vq:hunter2@db/vqueue"),
        ("REDIS_URL", "http://:hunter2@cache"),
        ("PORT", "99999"),
        ("ALLOWED_ORIGINS", "*"),
        ("FCM_CREDENTIALS", '{"private_key": "hunter2"}'),
        ("VAPID_PRIVATE_KEY", "hunter2"),
        ("DATA_KEYS_FILE", "nowhere.key"),
    ],
)
def test_a_setting_that_cannot_be_served_with_ends_the_start_in_one_sentence(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    told = {
        "DATA_KEYS": base64.b64encode(b"k" * 32).decode(), "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM": "+442079460000", "TWILIO_API_URL": "http://127.0.0.1:1", "PORT": "0",
        "VAPID_SUBJECT": "mailto:a@b", "FLOWS_DIR": str(Path(__file__).parents[2] / "ivr_flows"), name: value,
    }  # fmt: skip
    for each, to in told.items():
        monkeypatch.setenv(f"VQUEUE_{each}", to)
    ended = ran(cli, "serve")
    said = ended.stderr.splitlines()[-1]
    assert ended.exit_code == 1 and name.removesuffix("_FILE") in said.upper().replace("NOWHERE.KEY", name)
    assert "hunter2" not in ended.stderr


def test_a_database_is_brought_up_to_date_and_back(cli: CliRunner) -> None:
    assert json.loads(ran(cli, "db", "current", "--json").output) == {"revision": None}
    assert ran(cli, "db", "check").exit_code == 1
    assert ran(cli, "db", "upgrade").exit_code == 0
    assert json.loads(ran(cli, "db", "check", "--json").output) == {"fine": True, "differences": []}
    assert ran(cli, "db", "downgrade", "base").exit_code == 0
    assert ran(cli, "db", "current").output == "no schema yet\n"


def test_staff_are_added_and_listed_without_their_password(cli: CliRunner) -> None:
    ran(cli, "db", "upgrade")
    added = ran(cli, "users", "add", "Sam", "--role", "admin", "--password-stdin", typed="long enough to do\n")
    assert (added.exit_code, added.output) == (0, "sam is admin\n")
    listed = json.loads(ran(cli, "users", "list", "--json").output)
    assert listed == {"users": [{"login": "sam", "name": "Sam", "role": "admin", "disabled": False}]}


def test_a_short_password_is_wrong_usage(cli: CliRunner) -> None:
    ran(cli, "db", "upgrade")
    assert ran(cli, "users", "add", "sam", "--password-stdin", typed="short\n").exit_code == 2
    assert ran(cli, "users", "list").output == ""


def test_what_cannot_be_learned_or_taken_back_is_said(cli: CliRunner) -> None:
    ran(cli, "db", "upgrade")
    assert ran(cli, "learn", "cards", "--list", "--roll-back").exit_code == 2
    unknown = ran(cli, "learn", "cards", "--json")
    assert (unknown.exit_code, json.loads(unknown.stdout)["code"]) == (1, "not_found")
    assert json.loads(ran(cli, "learn", "cards", "--list", "--json").stdout) == {"models": []}


@pytest.mark.parametrize("words", [("users", "list"), ("keys", "list"), ("verify-journal",), ("report", "queues")])
def test_without_tables_the_command_that_makes_them_is_named(cli: CliRunner, words: tuple[str, ...]) -> None:
    told = ran(cli, *words, "--json")
    assert told.exit_code == 1 and "vqueue db upgrade" in told.stderr
    assert json.loads(told.stdout)["code"] == "no_schema"


def test_a_whole_journal_is_said_to_be_whole(cli: CliRunner) -> None:
    ran(cli, "db", "upgrade")
    told = ran(cli, "verify-journal", "--json")
    assert (told.exit_code, json.loads(told.output)) == (0, {"whole": True, "broken_at": None})


def test_unsafe_settings_are_refused_in_one_sentence(cli: CliRunner) -> None:
    told = ran(cli, "serve")
    assert told.exit_code == 1
    assert told.output == "VQUEUE_DATA_KEYS: expected at least one base64 key of 32 bytes, found none.\n"


def test_a_setting_of_the_wrong_kind_is_refused_in_one_sentence(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VQUEUE_PORT", "many")
    told = ran(cli, "db", "current")
    assert told.exit_code == 1 and told.output.startswith("VQUEUE_PORT: ") and told.output.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("demo", "--speed", "fast"), ("users", "add"), ("no-such-command",), ("fallback-document",)]
)
def test_wrong_usage_ends_with_two(cli: CliRunner, words: tuple[str, ...]) -> None:
    assert ran(cli, *words).exit_code == 2


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_the_fallback_document_apologises_records_and_thanks(cli: CliRunner, language: str) -> None:
    url = "https://files.bank.test/thanks.xml"
    apology = ElementTree.fromstring(ran(cli, "fallback-document", "--language", language, "--thanks-url", url).output)
    assert [verb.tag for verb in apology] == ["Say", "Record", "Hangup"]
    assert apology[1].get("action") == url
    thanks = ElementTree.fromstring(ran(cli, "fallback-document", "--language", language, "--thanks").output)
    assert [verb.tag for verb in thanks] == ["Say", "Hangup"]
