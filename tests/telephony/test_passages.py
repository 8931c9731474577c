"""Long text is said in pieces, and what does not fit is left out at a word."""

from hypothesis import given
from hypothesis import strategies as st

from vqueue.telephony.passages import LONGEST_TEXT, Budget, passages
from vqueue.wording.plain import SPEAKABLE_MAX


def test_a_short_text_is_one_passage() -> None:
    assert list(passages("You are number 3.  Please hold.")) == ["You are number 3. Please hold."]


def test_nothing_speakable_is_no_passage() -> None:
    assert list(passages(" \n\x00\ud800 ")) == []


def test_passages_end_where_sentences_end() -> None:
    sentence = "Ten agents are speaking now, please stay on the line" + " and wait" * 50 + "."
    said = list(passages(" ".join([sentence] * 20)))
    assert len(said) > 1
    assert all(passage.endswith(".") for passage in said)
    assert " ".join(said) == " ".join([sentence] * 20)


def test_a_sentence_that_never_ends_is_parted_between_words() -> None:
    words = "word " * 2_000
    assert all(set(passage.split()) == {"word"} for passage in passages(words))


@given(st.text(max_size=50).map(lambda text: text * 250))
def test_no_passage_is_longer_than_a_voice_takes(text: str) -> None:
    assert all(0 < len(passage) <= SPEAKABLE_MAX for passage in passages(text))


@given(st.text(alphabet="abc .?!", min_size=1, max_size=9).map(lambda text: text * 1_000))
def test_no_word_is_lost(text: str) -> None:
    assert "".join("".join(passages(text)).split()) == "".join(text.split())


def test_a_text_without_end_is_looked_at_only_as_far_as_a_document_goes() -> None:
    assert sum(map(len, passages("a" * 10 * LONGEST_TEXT))) == LONGEST_TEXT


def test_a_budget_counts_escaped_bytes() -> None:
    budget = Budget(20)
    assert budget.fit("שלום") == "שלום"
    assert budget.fit("<&>") == "<&"
    assert (budget.spent, budget.fit("more")) == (17, "mor")


def test_what_does_not_fit_is_cut_after_a_word() -> None:
    assert Budget(13).fit("please hold the line") == "please hold"
    assert Budget(0).fit("please") == ""
