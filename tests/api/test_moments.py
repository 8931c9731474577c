"""How times are written in bodies and queries: as RFC 3339 says, each way it allows, and no other."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from vqueue.web.api.bank.promises import PromiseQuery
from vqueue.web.api.customer.choices import SlotQuery
from vqueue.web.api.customer.shapes import NewRequest, RequestChange

AT = datetime(2026, 3, 4, 15, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-03-04T15:15:00Z", "2026-03-04t15:15:00z", "2026-03-04T17:15:00+02:00", "2026-03-04T15:15:00.000Z"]
)
def test_a_slot_is_named_by_its_moment_in_a_body_and_in_a_query(text: str) -> None:
    body = f'{{"mode": "scheduled", "queue": "cards", "slot_start": "{text}"}}'
    assert NewRequest.model_validate_json(body, strict=True).slot_start == AT
    assert RequestChange.model_validate_json(f'{{"slot_start": "{text}"}}', strict=True).slot_start == AT
    assert SlotQuery.model_validate_strings({"from": text}).from_ == AT


NO_MOMENTS = (
    '"2026-03-04"', '"2026-03-04T15:15:00"', "1772637300", '"1772637300"', '"2026-02-30T15:15:00Z"', "true",
    '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00Z"',
)  # fmt: skip


@pytest.mark.parametrize("written", NO_MOMENTS)
@pytest.mark.parametrize("model", [NewRequest, RequestChange])
def test_nothing_else_is_a_moment(model: type[BaseModel], written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(f'{{"slot_start": {written}}}', strict=True)
    assert ("slot_start",) in [fault["loc"] for fault in refused.value.errors()]


def test_a_report_is_asked_about_by_the_same_way_of_writing() -> None:
    assert PromiseQuery.model_validate_strings({"from": "2026-03-04T15:15:00Z"}).start == AT
    for text in ("1772637300", "2026-03-04", "1999-12-31T23:59:59Z"):
        with pytest.raises(ValidationError):
            PromiseQuery.model_validate_strings({"from": text})
