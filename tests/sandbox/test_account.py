"""The account's side of REST: who it is, where its numbers ring, which countries it may dial."""

from urllib.parse import quote, urlsplit

from tests.contract.twilio import check_response
from tests.sandbox.bank import BANK, World

ACCOUNT_FIELDS = {
    *("auth_token", "date_created", "date_updated", "friendly_name", "owner_account_sid", "sid", "status"),
    *("subresource_uris", "type", "uri"),
}


async def test_the_account_tells_who_it_is_to_whoever_has_its_token(world: World) -> None:
    url = f"{world.url}/2010-04-01/Accounts/{world.config.account_sid}.json"
    status, told = await world.get(url)
    assert (status, told["sid"], told["status"], set(told)) == (200, world.config.account_sid, "active", ACCOUNT_FIELDS)
    async with world.http.get(url) as unsigned:
        assert (unsigned.status, (await unsigned.json())["code"]) == (401, 20003)
    assert (await world.get(url.replace(world.config.account_sid, "AC" + "9" * 32)))[0] == 404


async def test_a_number_is_found_by_its_digits_and_told_in_twilios_shape(world: World) -> None:
    url = world.rest("IncomingPhoneNumbers.json")
    status, listed = await world.get(f"{url}?PhoneNumber={quote(BANK)}")
    assert check_response("GET", urlsplit(url).path, status, listed) == []
    (number,) = listed["incoming_phone_numbers"]
    assert (number["phone_number"], number["voice_url"]) == (BANK, f"{world.bank.url}/voice")
    assert (await world.get(f"{url}?PhoneNumber=%2B442079460199"))[1]["incoming_phone_numbers"] == []
    one = world.rest(f"IncomingPhoneNumbers/{number['sid']}.json")
    status, fetched = await world.get(one)
    assert check_response("GET", urlsplit(one).path, status, fetched) == [] and fetched == number
    assert (await world.get(world.rest(f"IncomingPhoneNumbers/PN{'0' * 32}.json")))[0] == 404


async def test_a_changed_number_rings_elsewhere_and_keeps_what_was_not_said(world: World) -> None:
    (number,) = (await world.get(world.rest("IncomingPhoneNumbers.json")))[1]["incoming_phone_numbers"]
    one = world.rest(f"IncomingPhoneNumbers/{number['sid']}.json")
    status, changed = await world.post(one, {"VoiceUrl": f"{world.bank.url}/elsewhere", "StatusCallback": ""})
    assert check_response("POST", urlsplit(one).path, status, changed) == []
    assert (changed["voice_fallback_url"], changed["status_callback"]) == (number["voice_fallback_url"], None)
    await world.calls_in()
    await world.bank.request("/elsewhere")
    assert (await world.post(one, {"VoiceUrl": "nowhere"}))[0] == 400


async def test_a_country_that_is_closed_says_so(world: World) -> None:
    url = f"{world.url}/v1/DialingPermissions/Countries"
    assert (await world.get(f"{url}/GB"))[1]["low_risk_numbers_enabled"] is True
    async with world.http.put(f"{world.url}/sandbox/countries", json={"closed": ["gb"]}) as answer:
        assert answer.status == 200
    assert (await world.get(f"{url}/GB"))[1]["low_risk_numbers_enabled"] is False
    told = (await world.get(url))[1]["content"]
    assert [one["iso_code"] for one in told if not one["low_risk_numbers_enabled"]] == ["GB"]
    assert (await world.get(f"{url}/ZZ"))[0] == 404
    async with world.http.get(f"{url}/GB") as unsigned:
        assert unsigned.status == 401
