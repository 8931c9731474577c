"""The tree holds nothing of the machine it was made on, and the locks name packages, not places."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
HOMES = re.compile(r"(?<![\w./])/(?:root|home/\w+|Users/\w+|mnt/\w+|work)/|\.py(?:env)\b")
ADDRESS = re.compile(r"https?:|file:|--(?:extra-)?index-url|--find-links")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="ignore")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    hits = {str(path.relative_to(ROOT)): HOMES.search(text_of(path)) for path in tracked_files()}
    assert {name: hit[0] for name, hit in hits.items() if hit} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert ADDRESS.search((ROOT / name).read_text()) is None


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_is_pinned_with_hashes(name: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())
    bare = [entry.split()[0] for entry in entries if "==" not in entry.split()[0] or "--hash=sha256:" not in entry]
    assert bare == []


def test_the_development_lock_holds_all_of_the_other_at_the_same_versions() -> None:
    pins = [set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), flags=re.MULTILINE)) for name in LOCKS]
    assert pins[0] <= pins[1]


def test_no_lock_that_records_registries_is_kept() -> None:
    assert {path.name for path in tracked_files()} & {"uv.lock", "pylock.toml", "poetry.lock"} == set()
