"""Does the verbs that speak, play, wait and end: Say, Play, Pause, Redirect, Leave, Hangup, Reject."""

import io
import wave
from typing import Final
from urllib.parse import urlsplit

from vqueue.sandbox.interpreter import Ending, Outcome, Stage, fetch, verb
from vqueue.sandbox.source import Source
from vqueue.sandbox.twiml import BadDocument, Element

MUSIC_S: Final = 30.0
MP3_BYTES_PER_S: Final = 16_000
LARGEST_FILE: Final = 16 * 1024 * 1024
LOOPS: Final = 1000
INVALID_VOICE: Final = 13511
INVALID_LANGUAGE: Final = 13512


@verb("Say")
async def say(stage: Stage, element: Element) -> Outcome:
    await stage.pick_up()
    language = element.get("language") or "en-US"
    if language in stage.network.unsupported_languages:
        raise BadDocument(INVALID_LANGUAGE, f"Say: the language {language} is not supported")
    if element.get("voice") in stage.network.unsupported_voices:
        raise BadDocument(INVALID_VOICE, f"Say: the voice {element.get('voice')} is not supported")
    for _ in range(_loops(element)):
        if element.text:
            await stage.network.say(stage.call, " ".join(element.text.split()), language)
    return None


def _loops(element: Element) -> int:
    return element.whole("loop", 1, low=0, high=LOOPS, code=13510) or LOOPS


@verb("Play")
async def play(stage: Stage, element: Element) -> Outcome:
    await stage.pick_up()
    digits = element.get("digits")
    if digits:
        await send_digits(stage, digits)
        return None
    if not element.text:
        return None
    url = stage.source.resolve(element.text)
    seconds = await _media_s(stage, url)
    for _ in range(_loops(element)):
        stage.network.note("played", stage.call, url=url, seconds=seconds)
        stage.network.tone(stage.call, "music")
        await stage.call.line.race(stage.network.clock.sleep(seconds))
    return None


async def send_digits(stage: Stage, digits: str) -> None:
    """Tones towards the far end; `w` waits half a second."""
    for digit in digits:
        if digit in "wW":
            await stage.call.line.race(stage.network.clock.sleep(0.5 if digit == "w" else 1.0))
        else:
            stage.network.note("tone", stage.call, text=digit)
            stage.network.tone(stage.call, digit)
            await stage.call.line.race(stage.network.clock.sleep(0.25))


async def _media_s(stage: Stage, url: str) -> float:
    """How long the file plays; asked for once, from the document's own server only; 0 when it is missing."""
    known = stage.network.media_s.get(url)
    if known is not None:
        return known
    if urlsplit(url)[:2] != urlsplit(stage.source.url)[:2]:
        return MUSIC_S
    try:
        asking = fetch(stage.network, stage.call, Source(url, "GET"), {}, largest=LARGEST_FILE)
        answer = await stage.call.line.race(asking)
    except BadDocument as failure:
        stage.network.note("error", stage.call, code=failure.code, reason=failure.reason, url=url)
        return 0.0
    seconds = duration_s(answer.body)
    stage.network.media_s[url] = seconds
    return seconds


def duration_s(body: bytes) -> float:
    """Seconds a WAV file says it lasts; others are taken for MP3 at 128 kbit/s."""
    try:
        with wave.open(io.BytesIO(body)) as file:
            frames, rate = int(file.getnframes()), int(file.getframerate())
            return frames / max(1, rate)
    except (wave.Error, EOFError):
        return max(1.0, len(body) / MP3_BYTES_PER_S)


@verb("Pause")
async def pause(stage: Stage, element: Element) -> Outcome:
    seconds = element.whole("length", 1, low=0, high=3600)
    await stage.call.line.race(stage.network.clock.sleep(seconds))
    return None


@verb("Redirect")
async def redirect(stage: Stage, element: Element) -> Outcome:
    return stage.goto(element.text or stage.source.url, element.method())


@verb("Leave")
async def leave(stage: Stage, element: Element) -> Outcome:
    return Ending.LEAVE


@verb("Hangup")
async def hangup(stage: Stage, element: Element) -> Outcome:
    return Ending.HANGUP


@verb("Reject")
async def reject(stage: Stage, element: Element) -> Outcome:
    """Only an incoming call not yet answered can be rejected; otherwise it is hung up."""
    reason = element.get("reason") or "rejected"
    if reason not in ("rejected", "busy"):
        raise BadDocument(13500, "Reject: reason must be rejected or busy")
    stage.network.reject(stage.call, busy=reason == "busy")
    return Ending.REJECTED
