"""What is sealed opens only with a key we have, unchanged, and equal numbers are found without opening."""

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.clock import SystemChance
from vqueue.db.vault import KeyVault
from vqueue.domain.phone import Phone

OLD, NEW, OTHER = (b64encode(bytes([seed]) * 32).decode() for seed in (1, 2, 3))
ANNA, BORIS = Phone("+447700900001"), Phone("+447700900002")


def vault(*keys: str) -> KeyVault:
    return KeyVault(keys or (OLD,), chance=SystemChance())


@given(st.text(max_size=200))
def test_a_text_opens_as_it_was(text: str) -> None:
    sealed = vault().seal(text, hint="3 answers")
    assert vault().open(sealed) == text
    assert (sealed.index, sealed.hint) == ("", "3 answers")


def test_a_number_opens_and_shows_only_its_mask() -> None:
    sealed = vault().seal_phone(ANNA)
    assert vault().open_phone(sealed) == ANNA
    assert sealed.hint == "+44…001"
    assert "7700900" not in repr(sealed) + sealed.cipher + sealed.index


def test_equal_numbers_have_equal_indexes_and_unequal_seals() -> None:
    house = vault()
    first, second, other = house.seal_phone(ANNA), house.seal_phone(ANNA), house.seal_phone(BORIS)
    assert first.index == second.index == house.index(ANNA.e164) != other.index
    assert first.cipher != second.cipher
    assert len(first.index) == 32


def test_an_index_says_nothing_without_the_key() -> None:
    assert vault(OLD).index(ANNA.e164) != vault(OTHER).index(ANNA.e164)


def test_after_a_rotation_old_seals_open_and_indexes_stay() -> None:
    before, after = vault(OLD), vault(NEW, OLD)
    old = before.seal_phone(ANNA)
    assert after.open_phone(old) == ANNA
    assert after.index(ANNA.e164) == old.index
    with pytest.raises(ValueError, match="not sealed with a key"):
        before.open(after.seal("newest"))


def test_chance_that_repeats_never_seals_two_texts_under_one_nonce() -> None:
    class Stuck(SystemChance):
        def token(self) -> str:
            return "always the same"

    stuck = KeyVault([OLD], chance=Stuck())
    nonces = {stuck.seal(text).cipher.split(".")[2][:16] for text in ("one", "two", "three")}
    assert len(nonces) == 3


@given(st.integers(min_value=0), st.integers(1, 255))
def test_whatever_is_changed_does_not_open(place: int, by: int) -> None:
    sealed = vault().seal("a secret")
    letters = list(sealed.cipher)
    place %= len(letters)
    letters[place] = chr((ord(letters[place]) + by) % 0x110000)
    if "".join(letters) != sealed.cipher:
        with pytest.raises(ValueError, match="not sealed with a key"):
            vault().open(replace(sealed, cipher="".join(letters)))


@pytest.mark.parametrize("cipher", ["", "v1", "v1.x.y", "v1.00000000.AAAA", "v2.é.é", "...."])
def test_what_is_no_seal_does_not_open(cipher: str) -> None:
    with pytest.raises(ValueError, match="not sealed with a key"):
        vault().open(replace(vault().seal(""), cipher=cipher))


@pytest.mark.parametrize("keys", [[], ["short"], ["!!!"], [b64encode(b"x" * 31).decode()], [NEW, ""]])
def test_poor_keys_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="data key"):
        KeyVault(keys, chance=SystemChance())
