"""Runs documents on a leg: fetches them, mends by the fallback, and does one verb after the other."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from vqueue.sandbox.calls import Call
from vqueue.sandbox.line import HungUp, Redirected
from vqueue.sandbox.source import Source
from vqueue.sandbox.twiml import CONTENT_TYPE, SCHEMA_FAILURE, VERBS, BadDocument, Document, Element, parse
from vqueue.sandbox.webhooks import MAX_BODY, Answer, Question, Unanswered

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

APPLICATION_ERROR: Final = "We are sorry, an application error has occurred. Goodbye."


class Scope(Enum):
    """Where a document runs decides which verbs it may hold."""

    MAIN = "main"
    WAIT = "waitUrl"
    SCREEN = "Number url"
    DEQUEUE = "Queue url"
    ROOM = "Conference waitUrl"


ALLOWED: Final[dict[Scope, frozenset[str]]] = {
    Scope.MAIN: VERBS,
    Scope.WAIT: frozenset({"Say", "Play", "Pause", "Hangup", "Redirect", "Leave", "Gather"}),
    Scope.SCREEN: VERBS - {"Dial", "Enqueue", "Leave", "Reject"},
    Scope.DEQUEUE: frozenset({"Say", "Play", "Pause", "Redirect"}),
    Scope.ROOM: frozenset({"Say", "Play", "Pause", "Redirect"}),
}


class Ending(Enum):
    """How a document came to its end."""

    END = "end"
    HANGUP = "hangup"
    REJECTED = "rejected"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on with another document."""

    source: Source


Outcome = Goto | Ending | None


@dataclass(slots=True)
class Stage:
    """Where a verb runs: its leg, its document's place, and what each request of this scope adds."""

    network: "Network"
    call: Call
    scope: Scope
    source: Source
    fields: Callable[[], dict[str, str]] = field(default=dict)

    def goto(self, url: str, method: str, **extra: str) -> Goto:
        return Goto(Source(self.source.resolve(url), method, extra))

    async def pick_up(self) -> None:
        """Twilio answers an incoming call at the first verb that speaks or listens."""
        self.network.answer(self.call)


Verb = Callable[[Stage, Element], Awaitable[Outcome]]
_verbs: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Verb], Verb]:
    """Registers what does the verb of that name."""

    def register(does: Verb) -> Verb:
        _verbs[name] = does
        return does

    return register


async def run(network: "Network", call: Call, source: Source) -> None:
    """The life of a leg from its first document to its end."""
    try:
        while True:
            try:
                ending = await follow(Stage(network, call, Scope.MAIN, source))
                network.hang_up(call, by="bank", cause="rejected" if ending is Ending.REJECTED else None)
                return
            except Redirected as redirected:
                source = redirected.source
            except BadDocument as failure:
                source = await _mended(network, call, failure)
    except HungUp:
        return
    except Exception:
        network.hang_up(call, by="network", cause="failure")
        raise


async def _mended(network: "Network", call: Call, failure: BadDocument) -> Source:
    """The fallback with what went wrong; without one, or when it failed itself, the caller is told and cut off."""
    network.note("error", call, code=failure.code, reason=failure.reason, url=failure.url or None)
    fallback = call.fallback
    if fallback is not None and failure.url.partition("#")[0] != fallback.url.partition("#")[0]:
        return Source(fallback.url, fallback.method, {"ErrorCode": str(failure.code), "ErrorUrl": failure.url})
    network.answer(call)
    await network.say(call, APPLICATION_ERROR, "en-US")
    network.hang_up(call, by="bank", cause="application-error")
    raise HungUp("application error")


async def follow(stage: Stage) -> Ending:
    """Runs the stage's document and those it leads to. Raises BadDocument with the failing URL, or an interruption."""
    while True:
        try:
            outcome = await _perform(stage, await obtain(stage))
        except BadDocument as failure:
            failure.url = failure.url or stage.source.url
            raise
        if not isinstance(outcome, Goto):
            return outcome or Ending.END
        stage.source = outcome.source


async def _perform(stage: Stage, document: Document) -> Outcome:
    for warning in document.warnings:
        stage.network.note("warning", stage.call, code=SCHEMA_FAILURE, reason=warning)
    for element in document.verbs:
        stage.call.line.check()
        if element.name not in ALLOWED[stage.scope]:
            raise BadDocument(SCHEMA_FAILURE, f"{element.name} may not stand in a document for {stage.scope.value}")
        outcome = await _verbs[element.name](stage, element)
        if outcome is not None:
            return outcome
    return None


async def obtain(stage: Stage) -> Document:
    """Fetches and parses; an interruption does not stop the request, only the waiting for it."""
    source = stage.source
    if source.twiml is not None:
        return parse(source.twiml)
    fetching = stage.network.tasks.start(fetch(stage.network, stage.call, source, stage.fields()), quiet=(BadDocument,))

    async def answer() -> Answer:
        return await asyncio.shield(fetching)

    return read_answer(await stage.call.line.race(answer()))


async def fetch(
    network: "Network", call: Call, source: Source, more: dict[str, str], *, largest: int = MAX_BODY
) -> Answer:
    """Asks for a document; the ledger gets the answer's status or the error."""
    fields = [*call.fields(), *(more | source.extra).items()]
    question = Question(
        source.url,
        source.method,
        fields,
        number=call.telephone,
        largest=largest,
        struck=lambda fault: network.note("fault", call, on="fetch", do=fault.do),
    )
    detail = {"url": source.url, "method": source.method, "exchange": question.token}
    try:
        answer = await network.webhooks.ask(question)
    except Unanswered as failure:
        network.note("fetch", call, **detail, error=failure.code, reason=failure.reason)
        raise BadDocument(failure.code, failure.reason, url=source.url) from None
    network.note("fetch", call, **detail, status=answer.status)
    return answer


def read_answer(answer: Answer) -> Document:
    kind = answer.content_type
    if kind in ("text/xml", "application/xml", "text/html", ""):
        return parse(answer.body)
    if kind == "text/plain":
        return Document((Element("Say", {}, answer.body.decode(errors="replace").strip()),))
    if kind.startswith("audio/"):
        return Document((Element("Play", {}, answer.url),))
    raise BadDocument(CONTENT_TYPE, f"the content type {kind[:60]} is not TwiML")


async def tell_action(stage: Stage, element: Element, extra: dict[str, str]) -> None:
    """Asks an `action` of a leg that has gone: nobody follows the answer."""
    action = element.get("action")
    if action:
        source = Source(stage.source.resolve(action), element.method(), extra)
        stage.network.tasks.start(fetch(stage.network, stage.call, source, stage.fields()), quiet=(BadDocument,))
