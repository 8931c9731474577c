"""Staff and keys by the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.test_commands import ran
from vqueue.services.keys import well_formed


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A database of its own, at the newest schema."""
    monkeypatch.setenv("VQUEUE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert ran(runner, "db", "upgrade").exit_code == 0
    return runner


def test_a_key_is_shown_once_listed_by_its_first_letters_and_revoked(cli: CliRunner) -> None:
    scopes = ("--scope", "reports:read", "--scope", "journal:read")
    made = json.loads(ran(cli, "keys", "add", "Data lake", *scopes, "--expires-days", "90", "--json").output)
    assert well_formed(made["key"]) and made["scopes"] == ["journal:read", "reports:read"]
    listed = ran(cli, "keys", "list", "--json").output
    (found,) = json.loads(listed)["keys"]
    assert made["key"] not in listed and made["key"].startswith(found["hint"])
    assert (found["id"], found["revoked_at"]) == (made["id"], None)
    assert "good" in ran(cli, "keys", "list").output
    assert ran(cli, "keys", "revoke", made["id"]).exit_code == 0
    assert "revoked" in ran(cli, "keys", "list").output


def test_a_key_without_a_scope_or_with_an_unknown_one_is_wrong_usage(cli: CliRunner) -> None:
    assert ran(cli, "keys", "add", "lake").exit_code == 2
    assert ran(cli, "keys", "add", "lake", "--scope", "everything").exit_code == 2
    assert json.loads(ran(cli, "keys", "list", "--json").output) == {"keys": []}


def test_a_key_nobody_has_cannot_be_revoked(cli: CliRunner) -> None:
    told = ran(cli, "keys", "revoke", "key_none")
    assert (told.exit_code, told.stderr) == (1, "There is no such key.\n")


def test_staff_get_roles_passwords_and_leave(cli: CliRunner) -> None:
    ran(cli, "users", "add", "vera", "--role", "viewer", "--password-stdin", typed="long enough to do\n")
    assert ran(cli, "users", "role", "Vera", "supervisor").output == "vera is supervisor\n"
    made = json.loads(ran(cli, "users", "reset-password", "vera", "--json").output)
    assert len(made["password"]) >= 16
    assert ran(cli, "users", "sessions", "revoke", "vera").output == "vera is signed out\n"
    assert ran(cli, "users", "disable", "vera").exit_code == 0
    (listed,) = json.loads(ran(cli, "users", "list", "--json").output)["users"]
    assert listed == {"login": "vera", "name": "vera", "role": "supervisor", "disabled": True}
    assert ran(cli, "users", "enable", "vera").exit_code == 0
    assert "(disabled)" not in ran(cli, "users", "list").output


def test_nobody_unknown_is_changed(cli: CliRunner) -> None:
    told = ran(cli, "users", "disable", "nobody")
    assert (told.exit_code, told.stderr) == (1, "Nobody has this login.\n")
