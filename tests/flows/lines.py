"""Calls to the main flow and a small flow of the tests' own, each with a default for everything."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from vqueue.domain.flow import Flow, Session
from vqueue.engine.script import begin
from vqueue.flows import FlowBook, parse
from vqueue.flows.pretending import Pretence, pretended_facts
from vqueue.flows.rehearsal import Rehearsal

FLOWS = Path(__file__).parents[2] / "ivr_flows"
MONDAY = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)

SMALL = """
flow: small
version: 1
languages: [en, ru]
start: hello
holding: news
left: after
safe: enter
silence: silence
wrong: wrong
nodes:
  call:
    hello:
      kind: say
      say: [hello]
      next: choose
    choose:
      kind: menu
      say: [{prompt: turn, instead: hello}]
      keys:
        1: ask
        2: {next: enter, language: ru}
      otherwise: enter
    ask:
      kind: gather
      say: [hello]
      into: digits
      digits: {min: 3, max: 5}
      next: check
      otherwise: enter
    check:
      kind: effect
      do: check_number
      results: {fine: speak, wrong: ask, refused: ask}
    speak:
      kind: record
      say: [hello]
      next: save
      otherwise: enter
    save:
      kind: effect
      do: message
      results: {kept: bye, agent_coming: enter}
    bye:
      kind: end
      say: [bye]
    enter:
      kind: hold
  hold:
    news:
      kind: effect
      do: hold_news
      results: {fresh: music, stale: music, closing: music, coming: music}
    music:
      kind: menu
      say: [{play: hold-music.wav, seconds: 50}]
      keys: {1: off}
      tries: 1
      otherwise: news
    off:
      kind: leave
  left:
    after:
      kind: effect
      do: after_hold
      results: {holding: enter, promised: bye, talked: bye, message: speak, cancelled: bye}
prompts:
  hello: {en: Hello., ru: Здравствуйте.}
  turn: {en: "Your turn will come {window}.", ru: "Ваша очередь подойдёт {window}."}
  silence: {en: Nothing was pressed., ru: Вы ничего не нажали.}
  wrong: {en: That does not fit., ru: Это не подходит.}
  bye: {en: Goodbye., ru: До свидания.}
"""


def small(*changes: tuple[str, str]) -> Flow:
    """The small flow with some of its words replaced; each must be there."""
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse(text)


@cache
def book() -> FlowBook:
    return FlowBook.load(FLOWS)


def main() -> Flow:
    return book().flow("main")


def session(flow: Flow, **changes: object) -> Session:
    return replace(begin(flow, session_id="s1", language="en", values={}), **changes)  # type: ignore[arg-type]


def called(
    keys: Sequence[str], *, outcomes: Mapping[str, Sequence[str]] | None = None, withheld: bool = False
) -> Rehearsal:
    """A call to the main line in which these keys were pressed."""
    told = {effect: list(words) for effect, words in (outcomes or {}).items()}
    facts = pretended_facts(MONDAY, withheld=withheld)
    call = Rehearsal.of(book(), "main", facts=facts, pretence=Pretence(told), language="en")
    for key in keys:
        call.do(key)
    return call
