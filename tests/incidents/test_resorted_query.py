"""A signature check that re-sorted the query."""

import aiohttp
from yarl import URL

from tests.stories.bank import Bank
from tests.stories.network import AUTH_TOKEN
from tests.telephony.signing import FORM, signature

FIELDS = [("CallSid", "CA" + "0" * 32), ("CallStatus", "ringing")]


async def answered(bank: Bank, sent: str, *, signed: str) -> int:
    """The status of a form posted to `sent` with the signature over `signed`; a blank field is part of both."""
    fields = [*FIELDS, ("SpeechResult", "")]
    headers = {
        "X-Twilio-Signature": signature(f"{bank.settings.public_url}{signed}", fields, token=AUTH_TOKEN),
        "Content-Type": FORM,
    }
    url = f"{bank.settings.public_url}{sent}"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(_as_is(url), data=dict(fields)) as told:
        return told.status


def _as_is(url: str) -> URL:
    return URL(url, encoded=True)


async def test_the_query_is_checked_in_the_order_in_which_it_came(bank: Bank) -> None:
    """A framework parsed the query and put it together again, sorted and encoded anew: genuine calls were refused,
    and in one case the check was switched off to get them through.

    The guard: the signature is computed over path and query exactly as received.
    """
    odd = "/voice/status/nobody?b=2&a=1&name=O%27Neil&blank=&space=%20x+y"
    assert await answered(bank, odd, signed=odd) == 200
    ordered = "/voice/status/nobody?a=1&b=2&blank=&name=O%27Neil&space=%20x+y"
    assert await answered(bank, odd, signed=ordered) == 403
    assert await answered(bank, ordered, signed=odd) == 403
    assert await answered(bank, ordered, signed=ordered) == 200
