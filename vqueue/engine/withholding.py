"""The small part of callers who are offered no callback, so that it can be measured what offering one saves."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from vqueue.domain.request import Mode
from vqueue.domain.rules import Rules
from vqueue.engine.offer import Offer

REASON = "no_offer_slice"
MOST = 0.02
"""The largest part of callers rules may withhold the offer from."""


class Arm(StrEnum):
    """On which side of the comparison a caller is."""

    OFFERED = "offered"
    WITHHELD = "withheld"


def draw_of(call: str) -> float:
    """A number in [0, 1) that is the call's own: asked again it is the same. Ids are drawn at random."""
    return int.from_bytes(blake2b(call.encode(), digest_size=7).digest()) / 256**7


def withheld(
    decided: Offer, rules: Rules, *, draw: float, now: datetime, closes_at: datetime | None
) -> tuple[Offer, Arm | None]:
    """The offer as it is made, and the caller's side; None where he is not compared.

    Compared are those alone who would be offered a callback and may hold instead, to the end: whose turn could come
    after closing is no such caller, since his line would be cut. `draw` is uniform on [0, 1).
    """
    share = min(rules.offer.no_offer_share, MOST)
    if share <= 0 or decided.wait is None or decided.option(Mode.CALLBACK) is None:
        return decided, None
    if closes_at is not None and (closes_at - now).total_seconds() <= decided.wait.p95_s:
        return decided, None
    if draw >= share:
        return decided, Arm.OFFERED
    left = tuple(option for option in decided.options if option.mode is not Mode.CALLBACK)
    return replace(decided, options=left, reasons=(*decided.reasons, REASON), needs_number=False), Arm.WITHHELD
