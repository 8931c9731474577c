"""Joining the simulated queue: what is offered to a customer, what he takes, and what the close of day does to him."""

from datetime import datetime
from functools import partial
from math import inf

from vqueue.domain.ids import RequestId
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import Switches
from vqueue.engine import offer, slots
from vqueue.engine.wait.calibrating import Quoted
from vqueue.simulator import connecting
from vqueue.simulator.bank import Bank
from vqueue.simulator.floor import Caller, at
from vqueue.simulator.people import GENERATIONS

BOOKED = "booked"
LATELY_S = 60.0
"""How long what one was offered says what another of his class would be."""


def arrive(bank: Bank, row: int, generation: int = 0) -> None:
    """A customer calls. Who would take no callback is not asked about one; who books a time joins when it is due."""
    caller = _caller(bank, row, generation)
    bank.tally.customers += caller.counted
    people, scenario = bank.people(caller), bank.scenario
    if scenario.booking.share and people.book[row] < scenario.booking.share and _book(bank, caller):
        return
    takes = bool(scenario.callback.accept) and bool(people.accept[row] < scenario.callback.accept)
    if takes and _call_back(bank, caller):
        bank.line_up(caller)
        return
    if bank.asks_everybody and not takes:
        bank.tally.asked(caller, _would_be_offered(bank, caller))
    bank.line_up(caller)
    patience = float(people.patience_s[row])
    if patience < inf:
        bank.agenda.after(patience, partial(connecting.hang_up, bank, caller))
    if scenario.callback.convert and people.convert[row] < scenario.callback.convert:
        bank.agenda.after(float(people.convert_after_s[row]), partial(_convert, bank, caller), caller)


def _caller(bank: Bank, row: int, generation: int) -> Caller:
    now, (klass, skills) = bank.now, bank.kinds[int(bank.days.people[generation].kind[row])]
    return Caller(
        id=RequestId(f"c{row:07}{'abc'[generation]}"),
        row=row,
        generation=generation,
        arrived=now,
        virtual_start=now,
        klass=klass,
        skills=skills,
        counted=now >= bank.counted_from,
    )


def _would_be_offered(bank: Bank, caller: Caller) -> bool:
    """Whether a callback is offered to who would not take it: as to the last of his class, where that is just over."""
    told = bank.boards.offers.get(caller.klass)
    if told is None or bank.now - told[0] > LATELY_S:
        told = bank.boards.offers[caller.klass] = bank.now, _offered(bank, caller)[0] is not None
    return told[1]


def _offered(bank: Bank, caller: Caller) -> tuple[Window | None, float]:
    """(the window in which he would be called by the board of this moment, None where no callback is offered;
    position x handling time / agents, seconds)."""
    where, start = caller.klass, at(caller.virtual_start)
    counted = bank.boards.now(bank.now)
    before = counted.ahead(virtual_start=start, credit_class=where.credit_class, bucket=where.bucket)
    board = bank.boards.reading(bank.now, lambda board: (before,))
    decided = offer.decide(
        rules=bank.rules,
        switches=Switches(),
        board=board,
        now=at(bank.now),
        number=None,
        zone=bank.rules.hours.zone,
        ahead=before,
        klass=(where.bucket, where.credit_class),
    )
    option = decided.option(Mode.CALLBACK)
    caller.quoted = _quoted(decided)
    naive = (before + 1) * board.inputs["handling_s"] / max(1e-9, board.inputs["agents"])
    return (option.window if option else None), naive


def _call_back(bank: Bank, caller: Caller) -> bool:
    """Whether a callback is offered; he takes it."""
    window, naive = _offered(bank, caller)
    bank.tally.asked(caller, window is not None)
    bank.boards.offers[caller.klass] = bank.now, window is not None
    if window is None:
        return False
    _promise(bank, caller, window, naive_s=naive)
    caller.deadline = window.end
    caller.mode, caller.state = Mode.CALLBACK, State.WAITING
    bank.boards.open_callbacks += 1
    bank.tally.callbacks += caller.counted
    return True


def _quoted(decided: offer.Offer) -> Quoted | None:
    """What the promise rests on, for the calibration."""
    wait = decided.wait
    if wait is None or not wait.raw_s:
        return None
    return Quoted(method=wait.method, quantiles_s=wait.raw_s, klass=wait.klass, ahead=decided.ahead)


def _promise(bank: Bank, caller: Caller, window: Window, *, naive_s: float = 0.0) -> None:
    caller.window, caller.promised, caller.promised_at, caller.naive_s = window, True, bank.now, naive_s


def _convert(bank: Bank, caller: Caller) -> None:
    """On the line, he asks to be called back: his place stays what it is."""
    if caller.state is not State.HOLDING or not bank.open:
        return
    bank.take_out(caller)
    if _call_back(bank, caller):
        caller.step += 1
    since = caller.ready_since
    bank.line_up(caller)
    caller.ready_since = since


def _book(bank: Bank, caller: Caller) -> bool:
    """Whether he books a time that is left; it comes before anything else when it is due."""
    end = max(stretch[1] for stretch in bank.days.stretches)
    now, zone = at(bank.now), bank.rules.hours.zone
    if not slots.offered(bank.rules):
        return False
    grid = slots.grid(bank.rules, start=now, end=end, now=now, zone=zone, country=None)
    left = [cell for cell in grid if cell.planned - bank.rules.slots.reserve > bank.slots.get(cell.start, 0)]
    if not left:
        return False
    cell = left[int(bank.people(caller).slot[caller.row] * len(left))]
    bank.slots[cell.start] = bank.slots.get(cell.start, 0) + 1
    credit = BOOKED if BOOKED in bank.rules.credits else caller.klass.credit_class
    caller.klass = caller.klass._replace(credit_class=credit)
    caller.mode, caller.state = Mode.SCHEDULED, State.WAITING
    caller.slot_start = caller.virtual_start = cell.start.timestamp()
    caller.deadline = cell.end
    _promise(bank, caller, Window(cell.start, cell.end))
    bank.tally.booked += caller.counted
    bank.park(caller, slots.due_at(bank.rules, cell.start).timestamp(), partial(_due, bank, caller))
    return True


def _due(bank: Bank, caller: Caller) -> None:
    bank.boards.open_callbacks += 1
    bank.line_up(caller)


def gone(bank: Bank, caller: Caller, outcome: str) -> None:
    """Not served. Some call again."""
    bank.tally.end(caller, outcome)
    people, repeat = bank.people(caller), bank.scenario.repeat
    if caller.generation + 1 < GENERATIONS and people.repeat[caller.row] < repeat.share:
        bank.agenda.after(float(people.repeat_after_s[caller.row]), partial(_again, bank, caller))


def _again(bank: Bank, caller: Caller) -> None:
    if bank.open:
        bank.tally.repeats += bank.now >= bank.counted_from
        arrive(bank, caller.row, caller.generation + 1)


def before_closing(bank: Bank) -> None:
    """Who is still on the line is asked whether he would rather be called at the next opening."""
    rules, share = bank.rules, bank.scenario.callback.accept
    if not rules.offer.enabled or not {Mode.CALLBACK, Mode.SCHEDULED} & set(rules.offer.modes):
        return
    for caller in [each for each in bank.floor.order.callers.values() if each.mode is Mode.HOLD]:
        if bank.people(caller).accept[caller.row] < share:
            bank.take_out(caller)
            caller.mode, caller.state = Mode.CALLBACK, State.WAITING
            bank.boards.open_callbacks += 1
            _roll(bank, caller, bank.opens_at)


def closed(bank: Bank) -> None:
    """Places of those who are to be called are kept for the next opening; what was promised them today is broken."""
    for caller in [
        each for each in bank.floor.order.callers.values() if each.state is State.WAITING and not each.flying
    ]:
        bank.take_out(caller)
        _roll(bank, caller, bank.opens_at)


def _roll(bank: Bank, caller: Caller, opens_at: datetime | None) -> None:
    bank.settle(caller, None)
    bank.tally.rolled += caller.counted
    caller.deadline = None
    caller.step += 1
    if opens_at is not None:
        bank.park(caller, opens_at.timestamp())
