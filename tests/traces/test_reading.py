"""A bank's own records and Asterisk's queue_log become calls; what is wrong is counted and named."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from vqueue.traces.call import WrongTrace
from vqueue.traces.mapping import read_mapping
from vqueue.traces.reading import logs_of, read_trace

BANK = """t_vru_in,t_q_in,t_q_out,t_s_in,t_s_out,outcome,type,priority,customer,agent,suspect
100,110,150,150,400,AGENT,PS,2,17,A01,0
90,95,99,,,HANG,NE,0,0,,0
200,210,190,190,300,AGENT,PS,0,0,A01,0
x,1,2,2,3,AGENT,PS,0,0,A01,0
300,310,320,320,9000,AGENT,PS,0,0,A01,0
400,410,420,,,PHANTOM,PS,0,0,,0
500,510,520,,,HANG,IN,0,0,,0
600,610,620,,,HANG,PS,0,0,,1
700
"""
QUEUE_LOG = """1767603600|1.1|cards|NONE|ENTERQUEUE||+12025550111|1
1767603601|NONE|NONE|NONE|QUEUESTART|
1767603605|1.2|cards|NONE|ENTERQUEUE||+12025550112|2
1767603620|1.1|cards|SIP/21|CONNECT|20|1.3|4
1767603640|1.2|cards|NONE|ABANDON|1|2|35
1767603700|1.1|cards|SIP/21|COMPLETECALLER|20|80|1
1767603710|1.9|cards|SIP/21|COMPLETEAGENT|1|2|1
1767603720|1.4|loans|NONE|ENTERQUEUE||+12025550113|1
1767603780|1.4|loans|NONE|EXITWITHTIMEOUT|1|1|60
1767603790|1.5|loans|NONE|ENTERQUEUE||+12025550114|1
"""


def written(folder: Path, text: str, name: str = "calls.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_bank_trace_is_known_by_its_header(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, BANK))
    (log,) = logs_of([trace.calls])
    assert log.arrived.tolist() == [90.0, 100.0]
    assert log.wait_s.tolist() == [4.0, 40.0]
    assert log.credit_s.tolist() == [0.0, 90.0]
    assert [log.kinds[code] for code in log.kind] == ["NE", "PS"]
    assert [code >= 0 for code in log.agent] == [False, True]


def test_nothing_is_dropped_in_silence(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, BANK))
    assert trace.bad == {
        "left the queue before entering it": 1,
        "t_vru_in is no time": 1,
        "fewer fields than the header": 1,
    }
    assert trace.first_bad["t_vru_in is no time"] == 5
    assert trace.left_out == {
        "the talk lasts longer than 7200 s": 1,
        "outcome is PHANTOM": 1,
        "type is IN": 1,
        "suspect is none of those to keep": 1,
    }
    assert len(trace.calls) + sum(trace.bad.values()) + sum(trace.left_out.values()) == BANK.count("\n") - 1


def test_a_compressed_file_says_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "calls.csv.gz"
    packed.write_bytes(gzip.compress(BANK.encode()))
    assert read_trace(packed).calls[0] == read_trace(written(tmp_path, BANK)).calls[0]


def test_queue_log_becomes_calls(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, QUEUE_LOG, "queue_log"))
    (log,) = logs_of([trace.calls])
    assert log.wait_s.tolist() == [20.0, 35.0, 60.0]
    assert log.served.tolist() == [True, False, False]
    assert float(log.ended[0] - log.started[0]) == 80.0
    assert log.kinds == ("cards", "loans")
    assert log.agents == ("SIP/21",)
    assert trace.bad == {"COMPLETEAGENT without ENTERQUEUE": 1, "the call does not end in this file": 1}


def test_a_mapping_says_which_column_is_what(tmp_path: Path) -> None:
    mapping = read_mapping(
        written(
            tmp_path,
            'delimiter = ";"\ntime = "iso"\ntime_zone = "Asia/Jerusalem"\nhours = [8, 20]\n'
            '[columns]\nentered = "In"\nstarted = "Answer"\nended = "End"\nkind = "Skill"\npriority = "Class"\n'
            '[credit_s]\n3 = 60\n[leave_out]\nSkill = ["test"]\n',
            "mapping.toml",
        )
    )
    text = (
        "In;Answer;End;Skill;Class\n"
        "2026-01-05T07:00:00Z;2026-01-05T07:01:00Z;2026-01-05T07:03:00Z;cards;3\n"
        "2026-01-05 09:00:30;;2026-01-05 09:01:00;cards;0\n"
        "2026-01-05 09:00:30;;2026-01-05 09:01:00;test;0\n"
    )
    (log,) = logs_of([read_trace(written(tmp_path, text), mapping).calls])
    assert mapping.hours == (8.0, 20.0)
    assert log.wait_s.tolist() == [60.0, 30.0]
    assert (log.entered % 86_400).tolist() == [9 * 3600.0, 9 * 3600.0 + 30]
    assert log.credit_s.tolist() == [60.0, 0.0]
    assert np.isnan(log.ended[1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "calls.csv has neither"),
        ("", "calls.csv has neither"),
        (BANK.replace("suspect", "doubt"), "calls.csv has no column 'suspect'."),
        (BANK.splitlines()[0] + "\n", "calls.csv holds no call."),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(WrongTrace) as refused:
        read_trace(written(tmp_path, text))
    assert str(refused.value).startswith(sentence)


def test_bytes_that_are_no_text_get_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(b"\x00\xff\xfe not a gzip")
    with pytest.raises(WrongTrace, match=r"calls\.csv\.gz cannot be read"):
        read_trace(path)


COLUMNS = "[columns]\nentered = 'a'\nstarted = 'b'\nended = 'c'"


@pytest.mark.parametrize(
    "text",
    ["x = [", f"hours = [9, 8]\n{COLUMNS}", f"colour = 1\n{COLUMNS}", "[columns]\nin = 'a'", "delimiter = ';'"],
)
def test_a_wrong_mapping_gets_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongTrace, match=r"mapping\.toml is no mapping"):
        read_mapping(written(tmp_path, text, "mapping.toml"))
