"""Moments that may be asked about: of this century, so that no calendar or time zone runs out."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from vqueue.web.api.operation import Moment

YEARS = range(2000, 2100)


def _near(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise PydanticCustomError("out_of_range", "a moment of this century")
    return at


NearMoment = Annotated[Moment, AfterValidator(_near)]
"""RFC 3339 with an offset, from 2000 up to 2099."""
