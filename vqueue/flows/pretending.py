"""A pretended bank: answers the effects of a flow plausibly, or as it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vqueue.domain.flow import EFFECTS, Effect, Facts, Outcome, Value
from vqueue.domain.speech_args import Arg, Clock, Day, Digits, Minutes, Position, Text, Window

USUAL: Mapping[str, str] = {
    "recognise": "none",
    "check_code": "open",
    "offer": "offer",
    "next_slots": "more",
    "book": "kept",
    "check_number": "fine",
    "request_callback": "kept",
    "hold": "holding",
    "switch": "kept",
    "message": "kept",
    "keep": "done",
    "cancel": "done",
    "take_hold": "done",
    "hold_news": "fresh",
}
"""What the bank answers when nothing else was said; after the hold it answers what happened in it."""

CLOSED_WORDS = frozenset({"closed", "closing"})


@dataclass
class Pretence:
    """Answers effects. `told`: words for an effect, used one after another; the last one stays."""

    told: dict[str, list[str]] = field(default_factory=dict)
    taken: bool = False
    """An agent took the caller out of the hold."""
    _state: str = "holding"
    _closed: bool = False

    def answer(self, effect: Effect, facts: Facts) -> Outcome:
        """The outcome, with every value the catalogue says this effect gives; a stale one says less."""
        word = self._word(effect.name)
        self._closed = self._closed or word in CLOSED_WORDS
        self._remember(effect.name, word)
        says = () if word == "stale" else EFFECTS[effect.name].says
        known = sayable(facts, closed=self._closed, keyed=str(effect.values.get("digits") or ""))
        self._closed = self._closed or word == "too_late"
        values: dict[str, Value | Arg] = {name: known[name] for name in says if name in known}
        if word in ("open", "expected", "holding", "kept", "done"):
            values["request"] = effect.values.get("request") or "request-1"
        if effect.name == "next_slots":
            values["after"] = known_start(known["slot3"])
        if effect.name == "book" and word == "kept":
            values["slot"] = known[f"slot{effect.values.get('slot') or 1}"]
        if effect.name == "check_number" and word == "fine":
            values["number"] = effect.values.get("digits")
        return Outcome(word, values)

    def _word(self, name: str) -> str:
        words = self.told.get(name)
        if words:
            return words.pop(0) if len(words) > 1 else words[0]
        if name == "after_hold":
            return "talked" if self.taken else self._state
        return USUAL[name]

    def _remember(self, name: str, word: str) -> None:
        if word == "kept" and name in ("switch", "book", "message"):
            self._state = "message" if name == "message" else "promised"


def known_start(slot: Arg) -> str | None:
    return slot.start.isoformat() if isinstance(slot, Window) else None


def _slot(opening: datetime, facts: Facts, number: int) -> Window:
    """Half hours after the opening."""
    start = opening + timedelta(minutes=30 * number)
    return Window(start, start + timedelta(minutes=30), facts.zone, facts.now)


def sayable(facts: Facts, *, closed: bool, keyed: str) -> Mapping[str, Arg]:
    """Third in line, 20 to 40 minutes to go; when closed, the first hour of tomorrow; times to book tomorrow too."""
    today = facts.now.astimezone(ZoneInfo(facts.zone)).date()
    tomorrow = today + timedelta(days=1)
    opening = datetime.combine(tomorrow, time(8), ZoneInfo(facts.zone)).astimezone(UTC)
    soon = facts.now.replace(second=0, microsecond=0) - timedelta(minutes=facts.now.minute % 5)
    window = (
        Window(opening, opening + timedelta(hours=1), facts.zone, facts.now)
        if closed
        else Window(soon + timedelta(minutes=20), soon + timedelta(minutes=40), facts.zone, facts.now)
    )
    args: dict[str, Arg] = {
        "window": window,
        "later": Window(opening, opening + timedelta(hours=1), facts.zone, facts.now),
        **{f"slot{number or ''}": _slot(opening, facts, number or 1) for number in range(4)},
        "wait": Minutes(30),
        "position": Position(3),
        "opens": Clock(opening, facts.zone),
        "opens_day": Day(tomorrow, today),
        "closes": Clock(datetime.combine(today, time(20), ZoneInfo(facts.zone)).astimezone(UTC), facts.zone),
    }
    if keyed:
        args["phone"] = Digits(keyed)
    return args


def pretended_facts(now: datetime, *, withheld: bool = False, languages: tuple[str, ...] = ("en", "ru", "he")) -> Facts:
    """A London bank that speaks these languages; the caller's number ends 0123 unless it is withheld."""
    values: dict[str, Value | Arg] = {"bank": Text("Harbour Bank")}
    if not withheld:
        values["ending"] = Digits("0123")
    return Facts(now=now, zone="Europe/London", languages=languages, caller_known=not withheld, values=values)
