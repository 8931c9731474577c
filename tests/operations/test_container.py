"""The image and the composition, read as the rules below; what needs an engine is replayed by a script."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.replay_dockerfile import Step, steps, value_of
from vqueue.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = list(steps((ROOT / "Dockerfile").read_text()))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if str(service.get("image", "")).startswith("${VQUEUE_IMAGE"))
ONE_SHOT, LINKS = {"upgrade"}, {"link-1", "link-2"}
TOOLS = re.compile(r"\b(apt-get|apk|gcc|g\+\+|make|git|curl)\b")
SECRET = re.compile(r"(?i)(password|token|secret|key)s?$")


def tracked() -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return {name for name in listed.split("\0") if name}


def last_stage() -> list[Step]:
    start = max(place for place, step in enumerate(DOCKERFILE) if step.word == "FROM")
    return DOCKERFILE[start:]


def copied() -> list[str]:
    return [
        word
        for step in DOCKERFILE
        if step.word == "COPY" and not step.rest.startswith("--from")
        for word in step.rest.split()[:-1]
    ]


def test_everything_the_image_copies_is_in_the_repository_and_reaches_the_builder() -> None:
    files = tracked()
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*", "nothing goes but what is named"
    for source in copied():
        assert any(name == source or name.startswith(f"{source}/") for name in files), source
        assert source in sent, source
    assert sent <= set(copied()), "nothing is sent that is not used"
    assert not any(fnmatch("secrets/data_keys", pattern) or fnmatch(".env", pattern) for pattern in sent)


def test_the_image_runs_as_nobody_in_particular_without_tools() -> None:
    last = last_stage()
    assert next(step.rest for step in reversed(last) if step.word == "USER") == "10001:10001"
    # One library of the system is fetched by its package; nothing that builds anything.
    fetch = re.compile(r"apt-get -qq (update|install -y --no-install-recommends libgomp1)")
    assert not any(TOOLS.search(fetch.sub("", step.rest)) for step in last if step.word == "RUN")
    fetched = [step.rest for step in DOCKERFILE if step.word == "RUN" and "requirements.lock" in step.rest]
    assert fetched and all("--require-hashes" in rest for rest in fetched)
    assert value_of(last, "ENTRYPOINT") + value_of(last, "CMD") == ["vqueue", "serve"]
    named = [step.rest.split("=")[0] for step in DOCKERFILE if step.word in ("ENV", "ARG")]
    assert not [name for name in named if SECRET.search(name)]


def test_the_images_variables_are_settings() -> None:
    named = {name for step in DOCKERFILE if step.word == "ENV" for name in re.findall(r"VQUEUE_(\w+)=", step.rest)}
    assert named and named <= {name.upper() for name in Settings.model_fields}


@pytest.fixture
def answering() -> Iterator[tuple[int, dict[str, int]]]:
    """A service that answers /healthz with the status the test says."""
    told = {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(told["status"] if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, told
    server.shutdown()
    server.server_close()


def test_the_health_check_tells_well_from_unwell(answering: tuple[int, dict[str, int]]) -> None:
    port, told = answering
    probe = [sys.executable, *value_of(DOCKERFILE, "HEALTHCHECK")[1:]]
    codes = []
    for status in (200, 503):
        told["status"] = status
        done = subprocess.run(probe, env={"VQUEUE_PORT": str(port)}, stderr=subprocess.DEVNULL, check=False)
        codes.append(done.returncode == 0)
    assert codes == [True, False]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_service_is_watched_restarted_and_has_no_rights_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert "image" in service
    assert ("healthcheck" in service) or name in LINKS
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    assert not service.get("privileged") and service.get("network_mode") != "host"
    assert "no-new-privileges:true" in service["security_opt"]
    assert not [volume for volume in service.get("volumes", []) if "docker.sock" in volume]
    assert set(service.get("depends_on", ())) <= SERVICES.keys()
    mode = str(service.get("network_mode", ""))
    assert not mode or mode.removeprefix("service:") in SERVICES


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_as_the_image_says_read_only_and_may_take_their_time_to_stop(name: str) -> None:
    service = SERVICES[name]
    assert (service["user"], service["read_only"], service["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert int(service["stop_grace_period"].removesuffix("s")) >= 30


def test_two_replicas_that_differ_in_nothing_wait_for_the_schema() -> None:
    assert SERVICES["vqueue-1"] == SERVICES["vqueue-2"]
    assert SERVICES["vqueue-1"]["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}
    assert SERVICES["upgrade"]["command"] == ["db", "upgrade"]
    proxied = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "vqueue-1:8080 vqueue-2:8080" in proxied and "health_uri /readyz" in proxied


def test_every_variable_is_a_setting_and_no_secret_stands_in_the_file() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if variable.startswith("VQUEUE_"):
                assert variable.removeprefix("VQUEUE_").removesuffix("_FILE") in known, variable
            if SECRET.search(variable.removesuffix("_FILE")):
                assert variable.endswith("_FILE") and str(value).startswith("/run/secrets/"), f"{name}: {variable}"


def test_every_secret_is_a_file_that_is_declared_made_and_kept_out_of_the_repository() -> None:
    declared = set(COMPOSE["secrets"])
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    made = set(re.findall(r"secrets/(\w+) \]", (ROOT / "deploy" / "make-secrets").read_text()))
    assert used == declared == made
    read = set(re.findall(r"/run/secrets/(\w+)", (ROOT / "compose.yaml").read_text()))
    assert read <= declared
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert not [name for name in tracked() if name.startswith("secrets/") or name == ".env"]


def test_every_variable_a_person_gives_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    example = (ROOT / ".env.example").read_text()
    given = set(re.findall(r"^(?:# )?(\w+)=", example, re.MULTILINE))
    assert asked - {"SANDBOX_PORT"} == given
    settings = {name.removeprefix("VQUEUE_").lower() for name in given if name.startswith("VQUEUE_")}
    assert settings - {"image"} <= set(Settings.model_fields)


def test_the_files_a_container_mounts_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), source


def test_secrets_are_made_once_and_fit_each_other(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_bytes((ROOT / "deploy" / "make-secrets").read_bytes())
    made = []
    for _ in range(2):
        subprocess.run(["/bin/sh", str(script)], input=b"a-token\n", check=True, stderr=subprocess.DEVNULL)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == set(COMPOSE["secrets"])
    assert made[0]["postgres_password"].strip() in made[0]["database_url"]
    settings = Settings(_env_file=None, data_keys=made[0]["data_keys"].strip())  # type: ignore[call-arg]
    assert len(settings.keys()) == 1


def test_an_installed_package_carries_what_lies_beside_it_in_a_checkout() -> None:
    carried = json.dumps((ROOT / "pyproject.toml").read_text())
    for folder in ("migrations", "ivr_flows"):
        assert f'\\"{folder}\\" = \\"vqueue/{folder}\\"' in carried
        assert folder in copied()
