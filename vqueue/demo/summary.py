"""What a run of the demo came to: rings and second holds by the network's ledger, the rest by the database."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from vqueue.demo.network import Entry
from vqueue.demo.phrases import Phrases
from vqueue.domain.promise import Promise
from vqueue.domain.request import OPEN, Mode, Request, State
from vqueue.ports.database import Work

CLOSED_STATES = (State.SERVED, State.CANCELLED, State.ABANDONED, State.UNREACHED, State.EXPIRED)
MOST_REQUESTS = 1_000_000
_TOKEN = re.compile(r"/voice/(?:screen|status)/(?!inbound)([\w-]+)")
"""A leg's token, where it stands in the addresses of the service."""


@dataclass(frozen=True, slots=True)
class Places:
    """Every request that was open during the run, and every promise made about them."""

    requests: tuple[Request, ...]
    promises: tuple[Promise, ...]


def places(work: Work, *, since: datetime) -> Places:
    """What came of those who asked since then, or were in line at that moment."""
    asked = work.requests.search(limit=MOST_REQUESTS)
    requests = [one for one in asked if one.closed_at is None or one.closed_at >= since]
    promises = [promise for request in requests for promise in work.promises.of_request(request.id)]
    return Places(tuple(requests), tuple(promises))


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads the ledger. `bank` is the bank's number, `agents` are the agents' addresses; the others are customers."""

    entries: Sequence[Entry]
    bank: str
    agents: frozenset[str]
    phrases: Phrases

    def calls_in(self) -> int:
        """Calls of customers to the bank."""
        return sum(entry["event"] == "calling" and entry["from"] not in self.agents for entry in self.entries)

    def rings(self) -> list[Entry]:
        """Rings of customers' telephones, also of those that were engaged."""
        return [entry for entry in self.entries if entry["event"] == "ring" and self._customer(entry["to"])]

    def repeated_for_one_attempt(self) -> int:
        """Rings of a number beyond the first that belong to the same call of an agent, or to the same token of ours."""
        tokens = self._tokens()

        def attempt(ring: Entry) -> str:
            return str(ring["parent_call_sid"] or tokens.get(ring["call_sid"], ring["call_sid"]))

        rings = Counter((ring["to"], attempt(ring)) for ring in self.rings())
        return sum(count - 1 for count in rings.values())

    def after_cancel(self) -> int:
        """Rings of a number between the words that its request is cancelled and the words that a new place is kept."""
        cancelled: set[str] = set()
        rings = 0
        for entry in self.entries:
            number = entry["from"] if entry["to"] == self.bank else entry["to"]
            if entry["event"] == "ring":
                rings += number in cancelled
            elif entry["event"] == "said" and self._says(entry, "cancelled", "screen.cancelled"):
                cancelled.add(number)
            elif entry["event"] == "said" and self._says(entry, "promised", "joined", "message_kept"):
                cancelled.discard(number)
        return rings

    def second_holds_s(self) -> list[float]:
        """From a called-back customer's key 1 until both are connected, business seconds each."""
        legs = {ring["call_sid"] for ring in self.rings()}
        pressed: dict[str, datetime] = {}
        waits: list[float] = []
        for entry in self.entries:
            call = entry["call_sid"]
            if call not in legs:
                continue
            at = datetime.fromisoformat(entry["at"])
            if entry["event"] == "pressed" and entry["detail"].get("pressed") == "1":
                pressed.setdefault(call, at)
            elif entry["event"] == "bridged" and call in pressed:
                waits.append((at - pressed.pop(call)).total_seconds())
        return waits

    def _customer(self, number: str) -> bool:
        return number not in self.agents and number != self.bank

    def _tokens(self) -> dict[str, str]:
        """The token of ours in the first address asked about each call."""
        found: dict[str, str] = {}
        for entry in self.entries:
            token = _TOKEN.search(str(entry["detail"].get("url", "")))
            if token is not None:
                found.setdefault(entry["call_sid"], token[1])
        return found

    def _says(self, entry: Entry, *keys: str) -> bool:
        said, language = entry["detail"].get("said", ""), str(entry["detail"].get("language", ""))[:2]
        if language not in self.phrases.flow.languages:
            return False
        return any(self.phrases.literal(key, language) in said for key in keys)


def summary(
    *, judge: Judge, places: Places, now: datetime, seed: int, seconds: float, urls: dict[str, str]
) -> dict[str, Any]:
    """The document of `--json`. `seconds` is how long the run lasted, in business seconds like every other duration."""
    rings = judge.rings()
    return {
        "seconds": round(seconds, 1),
        "seed": seed,
        "calls_in": judge.calls_in(),
        "requests": _requests(places.requests),
        "modes": {mode.value: sum(request.mode is mode for request in places.requests) for mode in Mode},
        "promises": _promises(places.promises, now),
        "rings": {
            "customers": len(rings),
            "repeated_for_one_attempt": judge.repeated_for_one_attempt(),
            "after_cancel": judge.after_cancel(),
        },
        "second_hold_s": _quantiles(judge.second_holds_s()),
        "urls": {name: urls[name] for name in ("console", "desk", "support", "phone")},
    }


def _requests(requests: Iterable[Request]) -> dict[str, int]:
    states = Counter(request.state for request in requests)
    counted = {state.value: states[state] for state in CLOSED_STATES}
    return {**counted, "open": sum(states[state] for state in OPEN)}


def _promises(promises: Iterable[Promise], now: datetime) -> dict[str, int]:
    """Due: rung, or the window ended. One the customer took back before (cancelled, connected) never falls due."""
    made = list(promises)
    due = [one for one in made if one.first_ring_at is not None or (one.window.end <= now and not _taken_back(one))]
    kept = [one for one in due if one.first_ring_at is not None and one.window.holds(one.first_ring_at)]
    return {"made": len(made), "due": len(due), "kept": len(kept)}


def _taken_back(promise: Promise) -> bool:
    return promise.settled_at is not None and promise.kept is None


def _quantiles(seconds: list[float]) -> dict[str, float | None]:
    if not seconds:
        return {"p50": None, "p95": None}
    return {f"p{share}": round(float(np.percentile(seconds, share)), 3) for share in (50, 95)}


def lines(figures: dict[str, Any]) -> list[str]:
    """The same for people, one line a group."""
    minutes = figures["seconds"] / 60
    said = [f"{minutes:.0f} business minutes, seed {figures['seed']}, {figures['calls_in']} calls in"]
    for group in ("requests", "modes", "promises", "rings", "second_hold_s"):
        values = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures[group].items())
        said.append(f"{group.removesuffix('_s').replace('_', ' ')}: {values}")
    return said
