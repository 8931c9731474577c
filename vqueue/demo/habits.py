"""How invented people behave, drawn by chance and written as programs of the sandbox's virtual people.

Times follow what is published about contact centres: 7 in 100 callbacks are not answered, talk times are lognormal
(Brown et al. 2005), patience is exponential. Of those who are offered a callback 37 in 100 took it at a US bank
(Hathaway et al. 2021); this bank has called back for years, its customers trust that and most take it.
"""

import math
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from vqueue.demo.cast import Customer
from vqueue.demo.phrases import Phrases

TAKES_CALLBACK, BOOKS, LEAVES_MESSAGE, PRESSES_NOTHING = 0.66, 0.06, 0.03, 0.02
SWITCHES, PRESSES_WRONG = 0.15, 0.05
UNANSWERED, ENGAGED, MACHINE = 0.07, 0.04, 0.03
RINGS_AGAIN = 0.12
PATIENCE_S, NO_HASTE_S = 900.0, 60.0
TALK_S, TALK_SIGMA, SHORTEST_TALK_S, LONGEST_TALK_S = 170.0, 0.7, 15.0, 900.0
Program = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """One customer's behaviour: the program, and whether he rings again while his request may be open."""

    program: Program
    rings_again: bool


REASONS = {"cards": "1", "payments": "2", "general": "3"}
"""The key for each queue in the main flow."""


@dataclass(frozen=True, slots=True)
class Call:
    """Why somebody rings: the queue he asks for; some will hold whatever is offered."""

    about: str = "general"
    holds: bool = False


USUAL = Call()


def customer(who: Customer, chance: Generator, phrases: Phrases, call: Call = USUAL) -> Plan:
    """What this customer does this time, on the line and when called back."""
    choice = "2" if call.holds else _choice(chance)
    program: Program = {
        "name": who.name,
        "language": who.language,
        "answers": _answers(chance),
        "keys": _keys(who.language, choice, REASONS[call.about], chance, phrases),
        "patience_s": round(NO_HASTE_S + float(chance.exponential(PATIENCE_S)), 1),
        "talk_s": _talk_s(chance),
        "message_s": [4, 20],
    }
    return Plan(program, rings_again=choice == "1" and float(chance.random()) < RINGS_AGAIN)


def _choice(chance: Generator) -> str:
    """The key at the offer: 1 callback, 2 hold, 3 message, 4 a booked time, empty for somebody who presses nothing."""
    drawn = float(chance.random())
    for key, share in (("1", TAKES_CALLBACK), ("4", BOOKS), ("3", LEAVES_MESSAGE), ("", PRESSES_NOTHING)):
        if drawn < share:
            return key
        drawn -= share
    return "2"


def _keys(language: str, choice: str, reason: str, chance: Generator, phrases: Phrases) -> list[Program]:
    def rule(press: str, *keys: str, after: tuple[float, float] = (0.4, 2.5), once: bool = False) -> Program:
        return {"heard": phrases.heard(*keys, language=language), "press": press, "after_s": list(after), "once": once}

    language_key = str(phrases.flow.languages.index(language) + 1)
    rules = [
        rule(language_key, "choose_language"),
        rule(reason, "reason_menu"),
        rule("1", "own_number_menu"),
        rule("1", "switch_menu"),
        rule({"3": "3", "4": "2"}.get(choice, "1"), "closed_menu"),
        rule(_among(chance, "1123"), "slots_later"),
        rule(_among(chance, "11123"), "known_menu"),
        rule(_at_screen(chance), "screen.offer", "screen.offer_earlier", after=(0.5, 3.0)),
    ]
    if choice and float(chance.random()) < PRESSES_WRONG:
        rules.append(rule("9", "offer_menu", once=True))
    if choice == "4":
        rules.append(rule("4", "book_menu"))
        choice = "2"
    if choice:
        rules += [rule(choice, "offer_menu"), rule(choice if choice == "3" else "2", "full_menu")]
    if choice in ("2", "") and float(chance.random()) < SWITCHES:
        rules.append(rule("1", "hint", after=(5, 40), once=True))
    return rules


def _among(chance: Generator, keys: str) -> str:
    return keys[int(chance.integers(len(keys)))]


def _at_screen(chance: Generator) -> str:
    """1 to be connected, seldom 2 (later) or 3 (no longer needed)."""
    drawn = float(chance.random())
    return "3" if drawn < 0.03 else "2" if drawn < 0.07 else "1"


def _answers(chance: Generator) -> list[Any]:
    """How the first callback is met, and every later one."""
    person: Program = {"after_s": [3, 15]}
    drawn = float(chance.random())
    if drawn < UNANSWERED:
        return ["never"]
    if drawn < UNANSWERED + ENGAGED:
        return ["busy", person]
    if drawn < UNANSWERED + ENGAGED + MACHINE:
        return [{"after_s": 12, "machine": True}, person]
    return [person]


def _talk_s(chance: Generator) -> float:
    mean = math.log(TALK_S) - TALK_SIGMA**2 / 2
    return round(min(LONGEST_TALK_S, max(SHORTEST_TALK_S, float(chance.lognormal(mean, TALK_SIGMA)))), 1)


def agent(name: str, phrases: Phrases) -> Program:
    """An agent at work: answers soon, accepts, comes back by key 1 when he rings in, ends a talk that does not end."""
    return {
        "name": name,
        "answers": {"after_s": [1, 4]},
        "keys": [
            {"heard": phrases.heard_anywhere("whisper.keys"), "press": "1", "after_s": [0.3, 1.5]},
            {"heard": phrases.heard_anywhere("agent_line.menu"), "press": "1", "after_s": [0.5, 2]},
        ],
        "talk_s": [500, 900],
    }


def distracted(name: str, chance: Generator, phrases: Phrases) -> Program:
    """The same agent for a minute: away from the telephone, or passing calls on."""
    if float(chance.random()) < 0.5:
        return {"name": name, "answers": "never"}
    passing = {"heard": phrases.heard_anywhere("whisper.keys"), "press": "2", "after_s": [0.5, 2]}
    return {**agent(name, phrases), "keys": [passing]}
