"""The line's own sounds: a quiet piece of music for the hold, made here so that nothing has to be licensed."""

import asyncio
import io
import math
import wave
from array import array
from functools import lru_cache

from aiohttp import web

RATE = 8000
"""Telephone quality: 8,000 samples a second, 16 bit, one channel."""
ROUND_S = 12
ROUNDS = 4
_CHORDS = ((220.0, 277.18, 329.63), (246.94, 311.13, 369.99), (196.0, 246.94, 293.66), (164.81, 207.65, 246.94))
_NOTE_S = 0.75
_RINGS_S = 1.5
_LOUDNESS = 5200


def add_routes(app: web.Application) -> None:
    app.router.add_get("/audio/hold-music.wav", _hold_music)


async def _hold_music(request: web.Request) -> web.Response:
    headers = {"Cache-Control": "public, max-age=86400"}
    body = await asyncio.to_thread(hold_music)
    return web.Response(body=body, content_type="audio/wav", headers=headers)


@lru_cache(maxsize=1)
def hold_music() -> bytes:
    """A WAV file of slow broken chords, one round played four times; the same bytes every time."""
    samples = array("h", (0,)) * (RATE * ROUND_S)
    for number in range(int(ROUND_S / _NOTE_S)):
        chord = _CHORDS[number // 4 % len(_CHORDS)]
        _pluck(samples, start=int(number * _NOTE_S * RATE), pitch=chord[(0, 1, 2, 1)[number % 4]])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes() * ROUNDS)
    return out.getvalue()


def _pluck(samples: "array[int]", *, start: int, pitch: float) -> None:
    """One soft note with its octave; what rings on past the end is heard at the start of the next round."""
    turn = 2 * math.pi * pitch / RATE
    for i in range(int(_RINGS_S * RATE)):
        fade = min(1.0, i / 80) * math.exp(-2.6 * i / RATE)
        at = (start + i) % len(samples)
        samples[at] += int(_LOUDNESS * fade * (math.sin(turn * i) + 0.3 * math.sin(2 * turn * i)) / 2)
