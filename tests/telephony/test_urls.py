"""Addresses of ours: from a target to a URL and back."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.speech import Place, Target
from vqueue.telephony.urls import RETRIES, Urls

URLS = Urls("https://voice.bank.example/")

targets = st.builds(
    Target,
    place=st.sampled_from(get_args(Place)),
    key=st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True),
    step=st.none() | st.integers(0, 999_999_999),
)


def path_of(url: str, public: str) -> str:
    return url.removeprefix(public.rstrip("/")).partition("#")[0]


@pytest.mark.parametrize("public", ["https://voice.bank.example", "http://127.0.0.1:8080/", "https://bank.example/vq"])
@given(target=targets)
def test_every_target_comes_back_from_its_own_path(public: str, target: Target) -> None:
    urls = Urls(public)
    assert urls.parse(path_of(urls.url(target), public)) == target


def test_a_url_names_place_key_step_and_the_retries_allowed() -> None:
    assert URLS.url(Target("session", "ses_1", 4)) == f"https://voice.bank.example/voice/session/ses_1/4#{RETRIES}"
    assert URLS.url(Target("status", "tok_1")) == f"https://voice.bank.example/voice/status/tok_1#{RETRIES}"


def test_the_query_and_the_public_prefix_do_not_matter_to_the_target() -> None:
    urls = Urls("https://bank.example/vq")
    assert urls.parse("/vq/voice/left/rq_1?x=1") == urls.parse("/voice/left/rq_1") == Target("left", "rq_1")


@pytest.mark.parametrize(
    "path",
    ["", "/", "/voice", "/voice/session", "/voice/session/", "/voice/nowhere/k", "/voice/inbound",
     "/voice/session/a/", "/voice/session/a/-1", "/voice/session/a/01", "/voice/session/a/1/2", "/voice/session/a%2Fb",
     "/voice/session/../x", "/voice/session/a/٣", "/x/voice/session/a", "/voice/session/a\n",
     "/voice/session/" + "a" * 129],
)  # fmt: skip
def test_other_paths_name_no_target(path: str) -> None:
    assert URLS.parse(path) is None


def test_a_key_never_opens_another_address() -> None:
    assert "/voice/session/a%2F..%2Fstatus%3Fx#" in URLS.url(Target("session", "a/../status?x"))


def test_audio_is_a_file_of_ours_or_an_https_url() -> None:
    assert URLS.audio("hold music.mp3") == "https://voice.bank.example/audio/hold%20music.mp3"
    assert URLS.audio("https://cdn.bank.example/a.mp3") == "https://cdn.bank.example/a.mp3"


@pytest.mark.parametrize("public", ["", "voice.bank.example", "ftp://x", "https://", "https://x?y=1", "https://x#y"])
def test_a_public_url_of_another_shape_is_refused(public: str) -> None:
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        Urls(public)
