"""Only what the provider signed is believed, exactly as it was received."""

from dataclasses import replace

import pytest

from tests.telephony.signing import form, signature
from vqueue.domain.errors import Forbidden
from vqueue.ports.voice import SignedForm
from vqueue.telephony.urls import RETRIES
from vqueue.telephony.webhooks import Signatures

TOKEN = "b1946ac92492d2347c6235b4d2611184"
PUBLIC = "https://voice.bank.example"
PATH = "/voice/session/ses_1/3?a=2&b=1"
FIELDS = (("CallSid", "CA" + "1" * 32), ("Digits", "1"), ("From", "+447700900123"), ("SpeechResult", ""))


def signatures(*tokens: str, public_url: str = PUBLIC) -> Signatures:
    return Signatures(tokens or (TOKEN,), public_url)


def signed(
    raw_path: str = PATH, fields: tuple[tuple[str, str], ...] = FIELDS, *, url: str = "", token: str = TOKEN
) -> SignedForm:
    return form(raw_path, fields, signed_with=signature(url or PUBLIC + raw_path, fields, token=token))


def refused(question: SignedForm, checker: Signatures | None = None) -> None:
    with pytest.raises(Forbidden):
        (checker or signatures()).verify(question)


class TestPublicVectors:
    """The examples in the tests of the provider's own libraries."""

    CHECKER = Signatures(["12345"], "https://mycompany.com")
    PATH = "/myapp.php?foo=1&bar=2"
    FIELDS = (
        ("CallSid", "CA1234567890ABCDE"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
        ("Caller", "+14158675309"),
    )

    def test_five_fields(self) -> None:
        question = form(self.PATH, self.FIELDS, signed_with="RSOYDt4T1cUTdK1PDd93/VVr8B8=")
        assert self.CHECKER.verify(question) == dict(self.FIELDS)

    def test_repeated_fields(self) -> None:
        fields = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
        question = form(self.PATH, fields, signed_with="IK+Dwps556ElfBT0I3Rgjkr1wJU=")
        assert self.CHECKER.verify(question)["Digits"] == "5678"

    def test_a_json_body_is_refused_where_forms_are_asked_for(self) -> None:
        path = f"{self.PATH}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        genuine = "a9nBmqA0ju/hNViExpshrM61xv4="
        refused(form(path, [], signed_with=genuine, content_type="application/json"), self.CHECKER)
        refused(form(path, [], signed_with=genuine), self.CHECKER)


def test_a_signed_form_gives_its_fields_blank_ones_too() -> None:
    assert signatures().verify(signed()) == dict(FIELDS)


def test_a_form_without_fields_is_signed_by_its_url_alone() -> None:
    assert signatures().verify(signed(fields=())) == {}


@pytest.mark.parametrize(
    "fields",
    [
        FIELDS[:-1],
        (*FIELDS, ("Extra", "")),
        (FIELDS[0], ("Digits", "2"), *FIELDS[2:]),
        (FIELDS[0], ("digits", "1"), *FIELDS[2:]),
        (*FIELDS, ("Digits", "2")),
        (FIELDS[0], ("Digits", "1 "), *FIELDS[2:]),
    ],
    ids=["blank one dropped", "one added", "value changed", "name changed", "one repeated", "value padded"],
)
def test_fields_that_were_tampered_with_are_refused(fields: tuple[tuple[str, str], ...]) -> None:
    refused(replace(signed(), fields=fields))


@pytest.mark.parametrize(
    "path",
    ["/voice/session/ses_2/3?a=2&b=1", "/voice/session/ses_1/4?a=2&b=1", "/voice/session/ses_1/3?a=2&b=2",
     "/voice/session/ses_1/3", "/voice/session/ses_1/3?a=2&b=1&", "/voice//session/ses_1/3?a=2&b=1",
     "/voice/session/ses_1/3?a=%32&b=1", "https://voice.bank.example/voice/session/ses_1/3?a=2&b=1"],
)  # fmt: skip
def test_another_path_or_query_is_refused(path: str) -> None:
    refused(replace(signed(), raw_path=path))


def test_another_host_or_scheme_is_refused() -> None:
    refused(signed(url=f"https://voice.other.example{PATH}"))
    refused(signed(url=f"http://voice.bank.example{PATH}"))


def test_a_signature_check_that_re_sorted_the_query() -> None:
    """The query is signed in the order and the encoding in which it was sent: sorted it is another URL."""
    path = "/voice/session/ses_1/3?z=1&a=%7E&a=~&m=&n"
    assert signatures().verify(signed(path)) == dict(FIELDS)
    refused(signed(path, url=f"{PUBLIC}/voice/session/ses_1/3?a=%7E&a=~&m=&n&z=1"))
    refused(signed(path, url=f"{PUBLIC}/voice/session/ses_1/3?z=1&a=~&a=~&m=&n="))


def test_unsigned_status_callbacks_accepted() -> None:
    """News of a call is believed only with a signature, like every other question."""
    news = (("CallSid", "CA" + "1" * 32), ("CallStatus", "completed"), ("SequenceNumber", "3"))
    path = "/voice/status/tok_1"
    assert signatures().verify(signed(path, news))["CallStatus"] == "completed"
    refused(form(path, news, signed_with=None))
    refused(form(path, news, signed_with=""))


@pytest.mark.parametrize("wrong", ["", "x", "=", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "é" * 28, "\udc80", "\x00"])
def test_a_wrong_signature_is_refused_whatever_it_holds(wrong: str) -> None:
    refused(form(PATH, FIELDS, signed_with=wrong))


def test_a_signature_sent_twice_is_refused() -> None:
    right = signature(PUBLIC + PATH, FIELDS, token=TOKEN)
    twice = {
        "X-Twilio-Signature": right,
        "x-twilio-signature": "other",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    refused(SignedForm(raw_path=PATH, fields=FIELDS, headers=twice))


def test_header_names_are_read_in_any_case() -> None:
    question = signed()
    lower = {name.lower(): value for name, value in question.headers.items()}
    assert signatures().verify(replace(question, headers=lower)) == dict(FIELDS)


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", "", None]
)
def test_the_content_type_decides_and_only_forms_are_read(content_type: str | None) -> None:
    right = signature(PUBLIC + PATH, FIELDS, token=TOKEN)
    refused(form(PATH, FIELDS, signed_with=right, content_type=content_type))


def test_a_content_type_may_name_its_charset() -> None:
    right = signature(PUBLIC + PATH, FIELDS, token=TOKEN)
    question = form(PATH, FIELDS, signed_with=right, content_type="application/x-www-form-urlencoded; charset=UTF-8")
    assert signatures().verify(question) == dict(FIELDS)


@pytest.mark.parametrize(
    ("public", "signed_for"),
    [
        ("https://voice.bank.example", "https://voice.bank.example:443"),
        ("https://voice.bank.example:443", "https://voice.bank.example"),
        ("https://voice.bank.example:8443", "https://voice.bank.example"),
        ("https://voice.bank.example:8443", "https://voice.bank.example:8443"),
        ("http://127.0.0.1", "http://127.0.0.1:80"),
        ("https://user:word@voice.bank.example", "https://user:word@voice.bank.example"),
        ("https://bank.example/vq/", "https://bank.example/vq"),
    ],
)
def test_the_port_may_be_signed_or_not(public: str, signed_for: str) -> None:
    assert signatures(public_url=public).verify(signed(url=signed_for + PATH)) == dict(FIELDS)


def test_a_path_may_arrive_with_the_public_prefix() -> None:
    question = signed(f"/vq{PATH}", url=f"https://bank.example/vq{PATH}")
    assert signatures(public_url="https://bank.example/vq").verify(question) == dict(FIELDS)


def test_the_fragment_may_be_signed_or_not() -> None:
    assert signatures().verify(signed(url=f"{PUBLIC}{PATH}#{RETRIES}")) == dict(FIELDS)
    refused(signed(url=f"{PUBLIC}{PATH}#anything"))


def test_an_apostrophe_in_the_query_may_be_signed_as_itself() -> None:
    path = "/voice/session/ses_1/3?name=O%27Brien"
    assert signatures().verify(signed(path)) == dict(FIELDS)
    assert signatures().verify(signed(path, url=f"{PUBLIC}/voice/session/ses_1/3?name=O'Brien")) == dict(FIELDS)


def test_fields_in_any_writing_are_signed_as_utf_8() -> None:
    fields = (("CallerName", "Łódź שלום Привет 🙂"), ("Note", "a+b & c=d%20"))
    assert signatures().verify(signed(fields=fields)) == dict(fields)


def test_text_that_has_no_utf_8_is_refused_not_an_error() -> None:
    refused(form(PATH, (("CallerName", "\ud800"),), signed_with="x"))


def test_the_previous_token_is_good_while_it_is_being_changed() -> None:
    old = signed(token="the-old-token")
    assert signatures(TOKEN, "the-old-token").verify(old) == dict(FIELDS)
    refused(old, signatures(TOKEN, ""))


def test_an_empty_token_signs_nothing() -> None:
    refused(signed(token=""), signatures(TOKEN, ""))
    with pytest.raises(ValueError, match="TWILIO_AUTH_TOKEN"):
        Signatures(["", ""], PUBLIC)


class TestSharedKeySignature:
    """The newer form: HMAC-SHA256, named in a header of its own."""

    SETTINGS = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"

    def test_it_is_accepted(self) -> None:
        right = signature(PUBLIC + PATH, FIELDS, token=TOKEN, digest="sha256")
        assert signatures().verify(form(PATH, FIELDS, signed_with=right, settings=self.SETTINGS)) == dict(FIELDS)

    def test_the_named_algorithm_decides(self) -> None:
        new = signature(PUBLIC + PATH, FIELDS, token=TOKEN, digest="sha256")
        old = signature(PUBLIC + PATH, FIELDS, token=TOKEN)
        refused(form(PATH, FIELDS, signed_with=new))
        refused(form(PATH, FIELDS, signed_with=old, settings=self.SETTINGS))

    @pytest.mark.parametrize("name", ["HMAC_MD5", "none", "HMAC_SHA512"])
    def test_an_unknown_algorithm_is_refused(self, name: str) -> None:
        right = signature(PUBLIC + PATH, FIELDS, token=TOKEN, digest="md5")
        refused(form(PATH, FIELDS, signed_with=right, settings=f"key=k,algorithm={name}"))


def test_tokens_are_not_in_a_repr() -> None:
    assert TOKEN not in repr(signatures())
    assert TOKEN not in repr(vars(signatures()))
