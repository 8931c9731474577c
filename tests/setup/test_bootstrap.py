"""When the environment is made again, and when it is left alone."""

from pathlib import Path

import pytest

from scripts import bootstrap


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements.lock").write_text("aiohttp==3\n")
    (tmp_path / "requirements-dev.lock").write_text("aiohttp==3\npytest==9\n")
    return tmp_path


def holds(lock: str, *, stamps: str, root: Path, python: str = "3.11") -> bool:
    return bootstrap.stamped(stamps=stamps, lock=lock, root=root, python=python)


def test_an_environment_made_from_the_same_lock_is_left_alone(checkout: Path) -> None:
    stamp = bootstrap.stamp_of("requirements.lock", root=checkout, python="3.11")
    assert holds("requirements.lock", stamps=stamp + "\n", root=checkout)


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_file_is_installed_anew(checkout: Path, changed: str) -> None:
    stamp = bootstrap.stamp_of("requirements.lock", root=checkout, python="3.11")
    (checkout / changed).write_text("changed\n")
    assert not holds("requirements.lock", stamps=stamp, root=checkout)


def test_another_python_is_installed_anew(checkout: Path) -> None:
    stamp = bootstrap.stamp_of("requirements.lock", root=checkout, python="3.11")
    assert not holds("requirements.lock", stamps=stamp, root=checkout, python="3.12")


def test_the_development_environment_is_enough_for_the_demo(checkout: Path) -> None:
    stamp = bootstrap.stamp_of("requirements-dev.lock", root=checkout, python="3.11")
    assert holds("requirements.lock", stamps=stamp, root=checkout)


def test_the_demo_environment_is_not_enough_for_the_tests(checkout: Path) -> None:
    stamp = bootstrap.stamp_of("requirements.lock", root=checkout, python="3.11")
    assert not holds("requirements-dev.lock", stamps=stamp, root=checkout)


def test_an_environment_made_by_hand_is_brought_up_to_the_lock(checkout: Path) -> None:
    assert not holds("requirements.lock", stamps="", root=checkout)
