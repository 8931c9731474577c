"""Whether a question really comes from the provider: the signature over what was received, byte for byte."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

import structlog
from multidict import MultiDict
from twilio.request_validator import SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator
from twilio.request_validator import get_signature_algorithm as algorithm_of

from vqueue.domain.errors import Forbidden
from vqueue.ports.voice import SignedForm
from vqueue.telephony.urls import RETRIES, Urls

FORM = "application/x-www-form-urlencoded"
_DEFAULT_PORTS = {"https": 443, "http": 80}
_log = structlog.get_logger(__name__)


class Signatures:
    """Checks forms against the account's auth tokens, the current and, while it is being changed, the previous one.

    Raises ValueError when there is no token at all: an empty one would let anybody sign.
    """

    def __init__(self, auth_tokens: Sequence[str], public_url: str) -> None:
        self._validators = tuple(RequestValidator(token) for token in auth_tokens if token)
        if not self._validators:
            raise ValueError("TWILIO_AUTH_TOKEN: expected the account's token, found nothing")
        self._urls = Urls(public_url)

    def verify(self, form: SignedForm) -> Mapping[str, str]:
        """The fields; the first value of a repeated one. Raises Forbidden for anything but a right signature."""
        try:
            genuine = self._is_genuine(form)
        except Exception as fault:  # whatever was sent: a fault in checking it is no proof of anything
            _log.warning(
                "signature_unreadable", message="A signed question could not be checked.", fault=str(type(fault))
            )
            genuine = False
        if not genuine:
            raise Forbidden("The signature is missing or wrong.")
        fields: dict[str, str] = {}
        for name, value in form.fields:
            fields.setdefault(name, value)
        return fields

    def _is_genuine(self, form: SignedForm) -> bool:
        if not _is_form(form):
            return False
        signature = _header(form, SIGNATURE_HEADER)
        algorithm = algorithm_of(_header(form, SIGNATURE_SETTINGS_HEADER))
        fields = MultiDict(form.fields)
        right = (
            validator.compute_signature(url, fields, algorithm)
            for validator in self._validators
            for url in _spellings(self._urls.received(form.raw_path))
        )
        return any(hmac.compare_digest(candidate.encode(), signature.encode()) for candidate in right)


def _is_form(form: SignedForm) -> bool:
    """A JSON body is signed by its hash in the query, which says nothing about form fields."""
    content_type = _header(form, "Content-Type").partition(";")[0].strip().lower()
    query = form.raw_path.partition("?")[2]
    return content_type == FORM and all(name != "bodySHA256" for name, _ in parse_qsl(query, keep_blank_values=True))


def _header(form: SignedForm, name: str) -> str:
    """The header's one value, "" without one. Raises ValueError when it came with two."""
    values = {value for key, value in form.headers.items() if key.lower() == name.lower()}
    if len(values) > 1:
        raise ValueError("a header came twice")
    return values.pop() if values else ""


def _spellings(url: str) -> Iterator[str]:
    """The URL as the provider may have signed it: the port, the apostrophe and the fragment are its choice.

    Nothing else is touched; a query put in another order or encoded anew is another URL.
    """
    scheme, _, rest = url.partition("://")
    slash = rest.find("/")
    authority, path = (rest, "") if slash < 0 else (rest[:slash], rest[slash:])
    place, mark, query = path.partition("?")
    paths = dict.fromkeys((path, f"{place}{mark}{query.replace('%27', chr(39))}"))
    for host in _authorities(scheme, authority):
        for spelled in paths:
            yield f"{scheme}://{host}{spelled}"
            yield f"{scheme}://{host}{spelled}#{RETRIES}"


def _authorities(scheme: str, authority: str) -> tuple[str, str]:
    """The authority with and without its port."""
    port = urlsplit(f"//{authority}").port
    if port is None:
        return authority, f"{authority}:{_DEFAULT_PORTS[scheme]}"
    return authority, authority.removesuffix(f":{port}")
