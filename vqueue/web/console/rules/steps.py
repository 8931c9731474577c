"""What is still missing before a draft comes into force, and what the button that leads there does."""

from dataclasses import dataclass

from vqueue.domain.speech_args import Number, Text
from vqueue.services.ruling_view import Ground
from vqueue.services.signing_in import Visitor
from vqueue.web.console.rules.draft import Draft
from vqueue.web.console.rules.shown import Formed, Place
from vqueue.web.pages import Say


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing on the way to publication, and where on the form it is done."""

    icon: str
    tone: str
    text: str
    places: tuple[Place, ...] = ()


def steps(say: Say, draft: Draft, form: Formed, visitor: Visitor) -> list[Step]:
    """In the order in which they are to be done."""
    ground = draft.ground
    saved, found = ground.told.draft, []
    if form.wrong:
        text = say("rules_page.step_mend", count=Number(form.faults))
        found.append(Step(icon="act", tone="c-act", text=text, places=form.wrong))
    if draft.dirty:
        found.append(Step(icon="watch", tone="c-watch", text=say("rules_page.step_unsaved")))
    elif saved is not None:
        found.append(Step(icon="fine", tone="c-good", text=say("rules_page.step_saved")))
    if saved is not None and ground.told.queue.rules.publishing.second_person:
        found.append(_second(say, ground, visitor))
    return found


def agrees(visitor: Visitor, ground: Ground) -> str:
    """What the button does: publish, ask for a second person, or agree as that person."""
    saved = ground.told.draft
    if saved is None or not ground.told.queue.rules.publishing.second_person:
        return "publish"
    if saved.saved_by == visitor.id:
        return "ask"
    return "agree"


def _second(say: Say, ground: Ground, visitor: Visitor) -> Step:
    saved = ground.told.draft
    assert saved is not None
    if saved.agreed_by:
        name = Text(ground.names.get(saved.agreed_by, saved.agreed_by))
        return Step(icon="fine", tone="c-good", text=say("rules_page.step_agreed", name=name))
    if saved.asked_by and saved.saved_by != visitor.id:
        name = Text(ground.names.get(saved.asked_by, saved.asked_by))
        return Step(icon="clock", tone="c-watch", text=say("rules_page.step_asks_you", name=name))
    word = "step_asked" if saved.asked_by else "step_second"
    return Step(icon="clock", tone="", text=say(f"rules_page.{word}"))
