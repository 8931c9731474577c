"""The size guide sees what is too long and lets exceptions lapse."""

from scripts.check_sizes import complaints, sizes

LONG = "class Desk:\n    def answer(self):\n" + "        pass\n" * 40


def test_a_function_over_the_limit_is_named_with_its_class() -> None:
    found = list(complaints(list(sizes(LONG, name="desk.py")), excused=set()))
    assert found == ["desk.py:Desk.answer: 41 lines, the guide says 40"]


def test_a_module_over_the_limit_is_named() -> None:
    found = list(complaints(list(sizes("x = 1\n" * 301, name="desk.py")), excused=set()))
    assert found == ["desk.py: 301 lines, the guide says 300"]


def test_a_named_exception_is_let_through() -> None:
    assert list(complaints(list(sizes(LONG, name="desk.py")), excused={"desk.py:Desk.answer"})) == []


def test_an_exception_that_is_no_longer_needed_is_a_complaint() -> None:
    found = list(complaints(list(sizes("x = 1\n", name="desk.py")), excused={"desk.py"}))
    assert found == ["desk.py needs no exception any more"]
