"""Sends news of legs to their status callbacks, in order, unless a fault says otherwise."""

import asyncio
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vqueue.sandbox.calls import FINAL, Call, Status, StatusHook
from vqueue.sandbox.faults import Fault
from vqueue.sandbox.webhooks import Question, Unanswered

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

EVENT_OF = {Status.INITIATED: "initiated", Status.RINGING: "ringing", Status.IN_PROGRESS: "answered"}
SIP_CODES = {Status.BUSY: "486", Status.NO_ANSWER: "487", Status.CANCELED: "487", Status.FAILED: "404"}


class StatusNews:
    """One delivery after the other for each leg; legs do not wait for each other."""

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._latest: dict[str, asyncio.Task[None]] = {}

    def tell(self, call: Call) -> None:
        """News of the leg's present status, if its callback asked for it."""
        hook = call.hook
        event = "completed" if call.status in FINAL else EVENT_OF.get(call.status)
        if hook is None or event is None or event not in hook.events:
            return
        fields = self._fields(call)
        call.sequence += 1
        self.send(call, hook, fields, chained=True)

    def send(self, call: Call, hook: StatusHook, fields: list[tuple[str, str]], *, chained: bool = False) -> None:
        network = self._network
        fault = network.faults.draw("status", number=call.telephone, among=("lose", "double", "reorder", "delay"))
        deed = fault.do if fault else ""
        if fault is not None:
            network.note("fault", call, on="status", do=deed, call_status=dict(fields).get("CallStatus"))
        if deed == "lose":
            network.note("callback", call, url=hook.url, lost=True, call_status=dict(fields).get("CallStatus"))
            return
        wait_s = fault.seconds if fault and deed in ("reorder", "delay") else 0.0
        before = self._latest.get(call.sid) if chained else None
        work = self._deliver(call, hook, fields, before=before, wait_s=wait_s, times=2 if deed == "double" else 1)
        task = network.tasks.start(work)
        if chained and deed != "reorder":
            self._latest[call.sid] = task
            task.add_done_callback(lambda done: self._forget(call.sid, done))

    def _forget(self, sid: str, task: asyncio.Task[None]) -> None:
        if self._latest.get(sid) is task:
            del self._latest[sid]

    async def _deliver(
        self,
        call: Call,
        hook: StatusHook,
        fields: list[tuple[str, str]],
        *,
        before: asyncio.Task[None] | None,
        wait_s: float,
        times: int,
    ) -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        if wait_s:
            await self._network.clock.sleep(wait_s)
        for _ in range(times):
            await self._once(call, hook, fields)

    async def _once(self, call: Call, hook: StatusHook, fields: list[tuple[str, str]]) -> None:
        call_status = dict(fields).get("CallStatus")

        def struck(fault: Fault) -> None:
            self._network.note("fault", call, on="status", do=fault.do, call_status=call_status)

        question = Question(hook.url, hook.method, fields, place="status", number=call.telephone, struck=struck)
        detail = {"url": hook.url, "method": hook.method, "call_status": call_status, "exchange": question.token}
        try:
            answer = await self._network.webhooks.ask(question)
            self._network.note("callback", call, **detail, status=answer.status)
        except Unanswered as failure:
            self._network.note("callback", call, **detail, error=failure.code, reason=failure.reason)

    def _fields(self, call: Call) -> list[tuple[str, str]]:
        fields = call.fields()
        fields += [
            ("Timestamp", format_datetime(self._network.clock.now())),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(call.sequence)),
        ]
        if call.status in FINAL:
            duration = call.duration_s()
            fields += [("CallDuration", str(duration)), ("Duration", str(-(-duration // 60)))]
        if call.status in SIP_CODES:
            fields.append(("SipResponseCode", SIP_CODES[call.status]))
        return fields
