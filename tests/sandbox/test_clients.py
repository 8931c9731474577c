"""Twilio's own client libraries work against the network unchanged."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from typing import TypeVar

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.sandbox.bank import ANNA, BANK, OMER, World

T = TypeVar("T")
PAUSE = "<Response><Pause length='3000'/></Response>"


def client_of(world: World) -> Client:
    client = Client(world.config.account_sid, world.config.auth_token)
    client.api.base_url = world.url
    return client


async def away(work: Callable[[], T]) -> T:
    """The client is synchronous: it works in a thread of its own."""
    return await asyncio.to_thread(work)


async def test_python_calls_are_made_fetched_listed_redirected_and_ended(world: World) -> None:
    client = client_of(world)
    world.bank.replies |= {"/made": PAUSE, "/other": PAUSE}
    await world.person(ANNA, answers={"after_s": 1})
    call = await away(
        lambda: client.calls.create(
            to=ANNA,
            from_=BANK,
            url=f"{world.bank.url}/made",
            timeout=30,
            status_callback=f"{world.bank.url}/news",
            status_callback_event=["initiated", "answered"],
        )
    )
    assert call.sid and call.status == "queued" and call.direction == "outbound-api"
    await world.until("answered", call.sid)
    assert (await away(lambda: client.calls(call.sid).fetch())).status == "in-progress"
    listed = await away(lambda: client.calls.list(to=ANNA, status="in-progress", start_time_after=call.date_created))
    assert [one.sid for one in listed] == [call.sid]
    await away(lambda: client.calls(call.sid).update(url=f"{world.bank.url}/other", method="POST"))
    await world.bank.request("/other")
    ended = await away(lambda: client.calls(call.sid).update(status="completed"))
    assert ended.status == "completed" and ended.end_time is not None
    await world.bank.request("/news", 2)
    assert [asked.fields["CallStatus"] for asked in world.bank.to("/news")] == ["initiated", "in-progress"]


async def test_python_errors_carry_their_codes(world: World) -> None:
    client = client_of(world)
    with pytest.raises(TwilioRestException) as refused:
        await away(lambda: client.calls.create(to="nobody", from_=BANK, url="http://127.0.0.1:1/"))
    assert (refused.value.status, refused.value.code) == (400, 21211)
    with pytest.raises(TwilioRestException) as missing:
        await away(lambda: client.calls("CA" + "0" * 32).fetch())
    assert (missing.value.status, missing.value.code) == (404, 20404)


async def test_python_lists_go_through_all_pages(world: World) -> None:
    client = client_of(world)
    for _ in range(5):
        await world.create()
    assert len(await away(lambda: client.calls.list(page_size=2))) == 5
    assert len(await away(lambda: client.calls.list(limit=3))) == 3


async def test_python_queues_and_their_members(world: World) -> None:
    client = client_of(world)
    queue = await away(lambda: client.queues.create(friendly_name="vq-1", max_size=10))
    world.bank.replies["/voice"] = "<Response><Enqueue>vq-1</Enqueue></Response>"
    world.bank.replies["/turn"] = PAUSE
    caller = await world.calls_in()
    await world.until("enqueued", caller)
    assert (await away(lambda: client.queues(queue.sid).fetch())).current_size == 1
    assert [one.call_sid for one in await away(client.queues(queue.sid).members.list)] == [caller]
    with pytest.raises(TwilioRestException):
        await away(client.queues(queue.sid).delete)
    front = await away(lambda: client.queues(queue.sid).members("Front").update(url=f"{world.bank.url}/turn"))
    assert front.call_sid == caller
    await world.bank.request("/turn")
    assert await away(client.queues(queue.sid).delete)
    assert await away(client.queues.list) == []


async def test_python_conferences_messages_and_recordings(world: World) -> None:
    client = client_of(world)
    world.bank.replies["/voice"] = "<Response><Dial><Conference>room</Conference></Dial></Response>"
    first, second = await world.calls_in(), await world.calls_in(OMER)
    await world.until("bridged", second)
    rooms = await away(lambda: client.conferences.list(friendly_name="room", status="in-progress"))
    room = client.conferences(rooms[0].sid)
    assert {one.call_sid for one in await away(room.participants.list)} == {first, second}
    assert (await away(lambda: room.participants(first).update(muted=True))).muted is True
    recording = await away(lambda: client.calls(first).recordings.create())
    assert recording.status == "in-progress"
    assert await away(room.participants(first).delete)
    assert (await away(lambda: room.update(status="completed"))).status == "completed"
    message = await away(lambda: client.messages.create(to=ANNA, from_=BANK, body="Soon"))
    assert message.sid and (await away(lambda: client.messages(message.sid).fetch())).status == "delivered"
    await world.until("hangup", first)
    assert [one.sid for one in await away(lambda: client.recordings.list(call_sid=first))] == [recording.sid]


NODE = """
const [url, sid, token, to, from, made] = process.argv.slice(1);
const client = require("twilio")(sid, token);
client.api.baseUrl = url;
(async () => {
  const call = await client.calls.create({ to, from, url: made, statusCallbackEvent: ["initiated", "answered"] });
  const listed = await client.calls.list({ to });
  const ended = await client.calls(call.sid).update({ status: "canceled" });
  const queue = await client.queues.create({ friendlyName: "from-node" });
  let code = null;
  try { await client.calls("CA" + "0".repeat(32)).fetch(); } catch (error) { code = error.code; }
  const told = { status: call.status, listed: listed.length, ended: ended.status, queue: queue.sid, code };
  console.log(JSON.stringify(told));
})().catch((error) => { console.error(error); process.exit(1); });
"""


async def node(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        "node", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=dict(os.environ)
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_the_node_client_works_too(world: World) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if (await node("-e", "require.resolve('twilio')"))[0] != 0:
        pytest.skip("the npm package twilio is not installed (npm install twilio, or name its folder with NODE_PATH)")
    account = (world.config.account_sid, world.config.auth_token)
    code, out = await node("-e", NODE, world.url, *account, ANNA, BANK, f"{world.bank.url}/made")
    assert code == 0, out
    told = json.loads(out)
    assert told.pop("queue").startswith("QU")
    assert told == {"status": "queued", "listed": 1, "ended": "canceled", "code": 20404}
