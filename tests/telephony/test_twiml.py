"""Speech as documents: what each verb becomes, and what no text can break."""

import xml.etree.ElementTree as ET
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.phone import Phone
from vqueue.domain.speech import (
    Ask,
    DialCustomer,
    DialHolder,
    EnterHold,
    Goto,
    Hangup,
    LeaveHold,
    Nothing,
    Pause,
    Play,
    Prompt,
    Record,
    Say,
    Speech,
    Target,
    Verb,
)
from vqueue.domain.speech_args import Text
from vqueue.telephony.twiml import DOCUMENT_MAX, PARAMETER_MAX, AudioFile, is_screen_safe, queue_name, render
from vqueue.telephony.urls import Urls

PUBLIC = "https://voice.bank.example"
URLS = Urls(PUBLIC)
BANK = "+442079460000"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def words(prompt: Prompt, language: str) -> str | AudioFile:
    """Says the argument `said`; `recorded.x` is the file x.mp3."""
    if prompt.key.startswith("recorded."):
        return AudioFile(prompt.key.removeprefix("recorded.") + ".mp3")
    said = prompt.args.get("said")
    return said.value if isinstance(said, Text) else f"[{prompt.key} {language}]"


def saying(text: str, language: str = "en") -> Say:
    return Say((Prompt("said.so", {"said": Text(text)}),), language)


def at(place: str) -> str:
    return f"{PUBLIC}/voice/{place}#rc=2&amp;rp=ct,rt,5xx"


def body(*verbs: Verb, caller_id: str | None = BANK) -> str:
    document = render(verbs, URLS, words, caller_id=caller_id)
    assert document.startswith(DECLARATION)
    return document.removeprefix(DECLARATION).removeprefix("<Response>").removesuffix("</Response>")


CUSTOMER = DialCustomer(
    phone=Phone("+447700900123"), caller_id="+442079460001", ring_s=25, time_limit_s=3600,
    action=Target("dialed", "t1"), screen=Target("screen", "t2"),
    status=Target("status", "t2"), amd=Target("amd", "t2"),
)  # fmt: skip
HOLDER = DialHolder(request="rq_1", action=Target("dialed", "t1"), joined=Target("joined", "t1"))
ASK = Ask(content=(saying("Press 1."), Play("tune.mp3"), Pause(1)), then=Target("session", "s", 2))
EVERY_VERB: Speech = (
    saying("Welcome."), Play("tune.mp3"), Pause(2), ASK, Goto(Target("session", "s", 3)),
    EnterHold(request="rq_1", wait=Target("wait", "s"), left=Target("left", "s")), LeaveHold(),
    Record(max_s=120, then=Target("recorded", "s"), status=Target("status", "r")), HOLDER, CUSTOMER,
    Nothing(), Hangup(),
)  # fmt: skip


def test_say_speaks_in_the_voice_of_its_language() -> None:
    assert body(saying("Hello.", "en")) == '<Say language="en-US" voice="Polly.Joanna">Hello.</Say>'
    assert body(saying("Привет.", "ru")) == '<Say language="ru-RU" voice="Polly.Tatyana">Привет.</Say>'
    assert body(saying("שלום.", "he")) == '<Say language="he-IL" voice="Google.he-IL-Standard-A">שלום.</Say>'


def test_prompts_of_one_say_are_said_together_and_recordings_between_them() -> None:
    said = Say((Prompt("a.one"), Prompt("a.two"), Prompt("recorded.bell"), Prompt("a.three")), "en")
    voiced = 'language="en-US" voice="Polly.Joanna"'
    assert body(said) == (
        f"<Say {voiced}>[a.one en] [a.two en]</Say><Play>{PUBLIC}/audio/bell.mp3</Play><Say {voiced}>[a.three en]</Say>"
    )


def test_play_and_pause() -> None:
    assert body(Play("https://cdn.bank.example/t.mp3", 0)) == '<Play loop="0">https://cdn.bank.example/t.mp3</Play>'
    assert body(Pause(3)) == '<Pause length="3" />'


def test_ask_listens_while_it_speaks() -> None:
    assert body(ASK) == (
        f'<Gather action="{at("session/s/2")}" actionOnEmptyResult="true" finishOnKey="#" input="dtmf" numDigits="1" '
        'timeout="5"><Say language="en-US" voice="Polly.Joanna">Press 1.</Say>'
        f'<Play loop="1">{PUBLIC}/audio/tune.mp3</Play><Pause length="1" /></Gather>'
    )


def test_ask_may_take_any_number_of_keys_and_fall_through() -> None:
    ask = Ask(content=(), then=Target("session", "s"), digits=None, finish="", timeout_s=2, empty_too=False)
    assert body(ask) == (
        f'<Gather action="{at("session/s")}" actionOnEmptyResult="false" finishOnKey="" input="dtmf" timeout="2" />'
    )


def test_holding_and_leaving() -> None:
    hold = EnterHold(request="rq_1", wait=Target("wait", "s"), left=Target("left", "s"))
    assert body(hold) == f'<Enqueue action="{at("left/s")}" waitUrl="{at("wait/s")}">vq-rq_1</Enqueue>'
    assert body(LeaveHold()) == "<Leave />"
    assert len(queue_name("rq_" + "0" * 100)) == 64


def test_goto_record_hangup_nothing() -> None:
    assert body(Goto(Target("session", "s", 1))) == f"<Redirect>{at('session/s/1')}</Redirect>"
    assert body(Record(max_s=60, then=Target("recorded", "s"))) == (
        f'<Record action="{at("recorded/s")}" finishOnKey="#" maxLength="60" playBeep="true" />'
    )
    assert body(Hangup()) == "<Hangup />"
    assert body(Nothing()) == "<Response />"


def test_the_agent_is_joined_with_the_holder() -> None:
    assert body(HOLDER) == (
        f'<Dial action="{at("dialed/t1")}" callerId="{BANK}" timeout="5">'
        f'<Queue url="{at("joined/t1")}">vq-rq_1</Queue></Dial>'
    )


def test_the_customer_is_rung_and_screened_before_he_is_joined() -> None:
    assert body(CUSTOMER) == (
        f'<Dial action="{at("dialed/t1")}" answerOnBridge="true" callerId="+442079460001" timeLimit="3600" '
        'timeout="25">'
        f'<Number amdStatusCallback="{at("amd/t2")}" machineDetection="Enable" statusCallback="{at("status/t2")}" '
        f'statusCallbackEvent="initiated ringing answered completed" url="{at("screen/t2")}">'
        "+447700900123</Number></Dial>"
    )


def test_every_dial_names_its_caller() -> None:
    root = ET.fromstring(render((HOLDER, CUSTOMER), URLS, words, caller_id=BANK))
    assert [dial.get("callerId") for dial in root.iter("Dial")] == [BANK, "+442079460001"]


class TestScreens:
    """On the called side a document that merely ends connects the parties."""

    @pytest.mark.parametrize("speech", [(Hangup(),), (ASK, Hangup()), (saying("Goodbye."), Hangup())])
    def test_one_that_ends_in_a_hang_up_is_safe(self, speech: Speech) -> None:
        assert is_screen_safe(speech)
        assert [*ET.fromstring(render(speech, URLS, words))][-1].tag == "Hangup"

    @pytest.mark.parametrize(
        "speech",
        [(), (Nothing(),), (ASK,), (Hangup(), ASK), (saying("Hello."),), (CUSTOMER, Hangup()), (HOLDER, Hangup()),
         (ASK, Goto(Target("screen", "t")))],
    )  # fmt: skip
    def test_others_are_not(self, speech: Speech) -> None:
        assert not is_screen_safe(speech)


any_text = st.text(st.characters(categories=None), max_size=60) | st.sampled_from(
    ["\x00\x08\x0b\x1f\x7f", "\ud800", "\udfff\ud800", "\ufffe\uffff", "\U0001fffe", "<Hangup/>", "]]>", "&amp;&#0;",
     "\u202eשלום\u202c", "🙂" * 9, "</Say></Response>", "\r\n\t", "\ufdd0", '"\'']
)  # fmt: skip


@given(text=any_text, times=st.sampled_from([1, 7, 200]), language=st.sampled_from(["en", "ru", "he", "xx", ""]))
def test_any_text_gives_a_well_formed_document(text: str, times: int, language: str) -> None:
    said = saying(text * times, language)
    ask = Ask(content=(said, Play(text)), then=Target("session", "s", 1), finish=text)
    document = render((said, ask, Hangup()), URLS, words, caller_id=text)
    root = ET.fromstring(document)
    assert len(document.encode()) <= DOCUMENT_MAX
    assert [child.tag for child in root][-2:] == ["Gather", "Hangup"]
    assert all(len(say.text or "") <= 3_000 for say in root.iter("Say"))
    assert {element.tag for element in root.iter()} <= {"Response", "Say", "Gather", "Play", "Hangup"}


@pytest.mark.parametrize("letter", ["a", "ש", "🙂", "&", "a b. "])
@pytest.mark.parametrize("limit", [PARAMETER_MAX, DOCUMENT_MAX])
def test_ten_thousand_letters_many_times_fit_the_sizes(letter: str, limit: int) -> None:
    said = saying(letter * 10_000)
    ask = Ask(content=(said,) * 6, then=Target("session", "s", 1))
    document = render((said, said, ask, Hangup()), URLS, words, limit=limit)
    root = ET.fromstring(document)
    assert limit * 0.9 < len(document.encode()) <= limit
    assert [child.tag for child in root][-2:] == ["Gather", "Hangup"]
    assert all(0 < len(say.text or "") <= 3_000 for say in root.iter("Say"))


def test_ten_thousand_characters_are_all_said() -> None:
    sentence = "Please hold the line, an agent will be with you shortly. "
    root = ET.fromstring(render((saying(sentence * 175),), URLS, words))
    assert len([*root]) == 4
    assert " ".join(say.text or "" for say in root) == (sentence * 175).strip()


def test_verbs_that_never_fit_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="2000 verbs"):
        render((HOLDER,) * 2_000, URLS, words)


def test_every_verb_there_is_is_said_here() -> None:
    assert {type(verb) for verb in EVERY_VERB} == set(get_args(Verb))
    assert len([*ET.fromstring(render(EVERY_VERB, URLS, words, caller_id=BANK))]) == len(EVERY_VERB) - 1
