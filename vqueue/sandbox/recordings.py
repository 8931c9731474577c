"""Keeps recordings: who, how long, and a tone of that length to download."""

import io
import math
import struct
import wave
from dataclasses import dataclass
from datetime import datetime
from typing import Final

RATE: Final = 8000
LONGEST_TONE_S: Final = 120


@dataclass(slots=True)
class Recording:
    """`source` is Twilio's word: RecordVerb, DialVerb, OutboundAPI, StartCallRecordingAPI."""

    sid: str
    account_sid: str
    call_sid: str
    source: str
    started_at: datetime
    updated_at: datetime
    status: str = "in-progress"
    duration_s: int | None = None
    conference_sid: str | None = None
    channels: int = 1
    track: str = "both"

    def finish(self, now: datetime) -> None:
        if self.status == "in-progress":
            self.status, self.updated_at = "completed", now
            self.duration_s = max(0, round((now - self.started_at).total_seconds()))


def tone_wav(seconds: int) -> bytes:
    """A quiet tone, mono, 8 kHz; at most two minutes of it."""
    one_second = b"".join(
        struct.pack("<h", int(1500 * math.sin(2 * math.pi * 440 * step / RATE))) for step in range(RATE)
    )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(one_second * min(LONGEST_TONE_S, max(1, seconds)))
    return buffer.getvalue()
