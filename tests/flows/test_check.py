"""A flow that would fail a caller is refused before it is used, with the place and the reason."""

from pathlib import Path

import pytest

from tests.flows.lines import FLOWS, SMALL, small
from vqueue.flows import FaultyFlow, FlowBook, check, parse, read_checked

RECORDING = "    off: {kind: record, next: news, otherwise: news}"
LULL = "    lull: {kind: say, say: [{play: x.wav, seconds: 5}], next: music}\n    off:\n"
FORK = "    fork: {kind: branch, on: open, cases: {yes: choose, no: speak}, otherwise: choose}\n    bye:\n"


def test_the_flows_of_the_bank_and_of_the_tests_have_no_fault() -> None:
    assert check(small()) == []
    for path in FLOWS.glob("*.yaml"):
        read_checked(path)


@pytest.mark.parametrize(
    ("old", "new", "code", "pointer"),
    [
        ("start: hello", "start: nowhere", "unknown_node", "/start"),
        ("left: after", "left: news", "wrong_section", "/left"),
        ("1: ask", "1: nowhere", "unknown_node", "/nodes/call/choose/keys/1"),
        ("1: ask", "1: music", "crosses_hold", "/nodes/call/choose/keys/1"),
        ("{1: off}", "{1: bye}", "crosses_hold", "/nodes/hold/music/keys/1"),
        ("      otherwise: enter\n    ask", "    ask", "no_default", "/nodes/call/choose/otherwise"),
        ("      say: [bye]", "      say: [farewell]", "unknown_prompt", "/nodes/call/bye/say/0"),
        ("silence: silence", "silence: quiet", "unknown_prompt", "/silence"),
        ("do: check_number", "do: call_me_a_taxi", "unknown_effect", "/nodes/call/check/do"),
        (", refused: ask", "", "unhandled_outcome", "/nodes/call/check/results"),
        ("refused: ask", "refused: ask, tired: ask", "unknown_outcome", "/nodes/call/check/results/tired"),
        ("hello: {en: Hello., ru: Здравствуйте.}", "hello: {en: Hello.}", "missing_language", "/prompts/hello"),
        ("ru: До свидания.", "ru: До свидания., he: להתראות", "unknown_language", "/prompts/bye/he"),
        ("languages: [en, ru]", "languages: [en, ru, tlh]", "unknown_language", "/languages"),
        ("language: ru", "language: he", "unknown_language", "/nodes/call/choose/keys/2"),
        ("подойдёт {window}.", "скоро.", "missing_argument", "/prompts/turn/ru"),
        ("come {window}.", "come {horoscope}.", "unknown_argument", "/prompts/turn"),
        ("come {window}.", "come {window:soon}.", "unknown_form", "/prompts/turn/en"),
        ("come {window}.", "come {window.", "malformed", "/prompts/turn/en"),
        ("bye: {en: Goodbye.", "bye: {en: ' '", "empty", "/prompts/bye/en"),
        ("  bye: {en", "  spare: {en: Spare., ru: Лишнее.}\n  bye: {en", "unsaid", "/prompts/spare"),
        ("kind: leave", "kind: hold", "forbidden_in_hold", "/nodes/hold/off"),
        ("    off:\n      kind: leave", RECORDING, "forbidden_in_hold", "/nodes/hold/off"),
        ("    enter:\n      kind: hold", "    enter:\n      kind: leave", "leave_outside_hold", "/nodes/call/enter"),
        ("seconds: 50", "seconds: 56", "music_too_long", "/nodes/hold/music/say"),
        ("    off:\n", LULL, "music_outside_menu", "/nodes/hold/lull/say"),
        ("      say: [bye]\n", "", "silent_end", "/nodes/call/bye"),
        ("min: 3, max: 5", "min: 6, max: 5", "no_length", "/nodes/call/ask/digits"),
        ("    bye:\n", "    lonely: {kind: hold}\n    bye:\n", "unreachable", "/nodes/call/lonely"),
        ("refused: ask}", "refused: check}", "endless", "/nodes/call/check"),
        ("{fresh: music,", "{fresh: news,", "endless", "/nodes/hold/news"),
        ("      next: choose", "      next: hello", "dead_end", "/nodes/call/hello"),
        ("save\n      otherwise: enter", "save\n      otherwise: speak", "silent_circle", "/nodes/call/speak"),
    ],
)  # fmt: skip
def test_a_fault_is_found_and_placed(old: str, new: str, code: str, pointer: str) -> None:
    found = {(fault.code, fault.pointer) for fault in check(small((old, new)))}
    assert (code, pointer) in found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("flow: [", "not_yaml"),
        (SMALL.replace("  bye: {en", "  hello: {en"), "not_yaml"),
        (SMALL.replace("version: 1", "version: one"), "int_parsing"),
        (SMALL.replace("kind: leave", "kind: dance"), "union_tag_invalid"),
        (SMALL.replace("      tries: 1", "      tries: 0"), "greater_than_equal"),
        (SMALL.replace("start: hello", "start: hello\ncolour: red"), "extra_forbidden"),
        (SMALL.replace("    off:\n", "    bye:\n"), "doubled_node"),
    ],
)
def test_a_file_that_is_no_flow_says_where_it_is_wrong(text: str, code: str) -> None:
    with pytest.raises(FaultyFlow) as refused:
        parse(text)
    assert code in {fault.code for fault in refused.value.faults}


def test_yes_no_and_on_are_words_in_a_flow_file() -> None:
    flow = small(
        ("      next: choose", "      next: fork"),
        ("    bye:\n", FORK),
    )
    assert flow.nodes["fork"].cases == {"yes": "choose", "no": "speak"}  # type: ignore[union-attr]


def test_a_book_with_a_faulty_flow_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL.replace("1: ask", "1: nowhere"), "utf-8")
    with pytest.raises(FaultyFlow, match="nowhere"):
        FlowBook.load(tmp_path)
