"""What the demo tells scripts: a file only its owner reads, for as long as the demo runs."""

import json
import re
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from vqueue.demo import told
from vqueue.demo.app_users import AppUser
from vqueue.demo.network import Account
from vqueue.demo.told import Doors, SignIn
from vqueue.settings import Settings

ACCOUNT = Account(sid="AC" + "0" * 32, token="secret", calls_per_second=1)
STAFF = [SignIn(role=role, login=role, password="pass-word") for role in ("agent", "supervisor", "admin")]


def document() -> dict[str, object]:
    addresses = told.urls("http://127.0.0.1:8080", "http://127.0.0.1:8090")
    users = [AppUser(phone_number=f"+44770090000{turn}", token="token") for turn in (1, 2, 3)]
    doors = Doors(staff=STAFF, users=users, api_key="vq_key")
    return told.ready(addresses=addresses, service="http://127.0.0.1:8080", account=ACCOUNT, doors=doors)


def test_the_ready_file_is_its_owners_alone_and_gone_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with told.ready_file(path, document()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text()) == document()
        assert [one.name for one in tmp_path.iterdir()] == ["ready.json"]
    assert not path.exists()


def test_the_ready_file_replaces_an_older_one_that_others_could_read(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("old")
    path.chmod(0o644)
    with told.ready_file(path, document()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_ready_file_names_what_was_promised() -> None:
    named = document()
    assert list(named) == "urls queues number twilio customers api_key staff agents".split()
    assert set(named["urls"]) == {"api", "console", "desk", "support", "phone", "sandbox"}  # type: ignore[call-overload]
    assert len(named["customers"]) >= 3  # type: ignore[arg-type]
    assert "hers" not in repr(AppUser(phone_number="+447700900001", token="hers"))


def test_the_guide_names_the_number_the_sign_ins_their_password_and_the_customers_page() -> None:
    addresses = told.urls("http://127.0.0.1:8080", "http://127.0.0.1:8090")
    plain = told.guide(addresses, STAFF, told.Telling())
    assert (
        "http://127.0.0.1:8080/sign-in?login=supervisor" in plain
        and "http://127.0.0.1:8080/sign-in?login=agent" in plain
    )
    assert "pass-word" in plain and "+44 20 7946 0000" in plain
    assert "http://127.0.0.1:8080/support" in plain and "+447700900001" in plain
    assert max(map(len, plain.splitlines())) <= 120
    coloured = told.guide(addresses, STAFF, told.Telling(colours=True))
    assert coloured != plain and re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_commands_run_in_the_demos_folder_see_its_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = SecretStr("a,b")
    made = Settings(_env_file=None, data_dir=tmp_path, bank="It's ours", data_keys=keys)  # type: ignore[call-arg]
    told.settings_file(tmp_path, made)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    monkeypatch.chdir(tmp_path)
    read = Settings()
    assert (read.data_dir, read.bank, read.data_keys.get_secret_value()) == (tmp_path, "It's ours", "a,b")
