"""Laws of chance a scenario names, and how values are drawn from them."""

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Floats = NDArray[np.float64]


class Law(BaseModel):
    """A law of durations in seconds. `scv` is the squared coefficient of variation (variance / mean²) of a log-normal;
    an exponential's is 1, a constant's 0. `samples` are what an empirical law draws from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    law: Literal["exponential", "lognormal", "constant", "empirical"] = "exponential"
    mean: float = Field(default=0.0, ge=0, le=1e7)
    scv: float = Field(default=1.0, ge=0, le=100)
    samples: tuple[Annotated[float, Field(ge=0, le=1e6)], ...] = Field(default=(), max_length=100_000)

    @model_validator(mode="after")
    def _whole(self) -> "Law":
        if (self.law == "empirical") != bool(self.samples):
            raise ValueError("an empirical law has samples, and no other law has")
        if self.law in ("exponential", "lognormal") and self.mean <= 0:
            raise ValueError(f"the mean of a {self.law} law is positive")
        return self

    def draw(self, chance: np.random.Generator, count: int) -> Floats:
        """`count` durations, seconds."""
        match self.law:
            case "exponential":
                drawn: Floats = chance.exponential(self.mean, count)
            case "lognormal":
                spread = np.log1p(self.scv)
                drawn = chance.lognormal(np.log(self.mean) - spread / 2, np.sqrt(spread), count)
            case "constant":
                drawn = np.full(count, self.mean)
            case "empirical":
                drawn = chance.choice(np.asarray(self.samples, dtype=np.float64), count)
        return drawn


def _number_as(law: str) -> Callable[[object], object]:
    """A bare number stands for the mean of this law."""

    def read(value: object) -> object:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"law": law, "mean": value} if is_number else value

    return read


Spread = Annotated[Law, BeforeValidator(_number_as("exponential"))]
"""A law; a bare number is the mean of an exponential one."""
Steady = Annotated[Law, BeforeValidator(_number_as("constant"))]
"""A law; a bare number is always just that."""
