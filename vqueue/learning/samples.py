"""Quotes that were asked for, as columns: what was known, and how long the wait then was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.replay import CallLog, Floats, Ints, Seen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """A row an entry into the queue, in the order of time inside one log. Seconds."""

    views: tuple[Seen, ...]
    features: Floats
    at: Floats
    ends: Floats
    wait_s: Floats
    served: NDArray[np.bool_]
    kinds: tuple[str, ...]
    priority: Ints
    ahead: Ints

    @classmethod
    def of(cls, views: Sequence[Seen], log: CallLog, features: Floats) -> "Sample":
        rows = np.array([seen.row for seen in views], dtype=np.int64)
        return cls(
            views=tuple(views),
            features=features.reshape(len(rows), -1),
            at=log.entered[rows],
            ends=log.left[rows],
            wait_s=log.wait_s[rows],
            served=log.served[rows],
            kinds=tuple(log.kinds[code] for code in log.kind[rows]),
            priority=log.priority[rows],
            ahead=np.array([seen.ahead for seen in views], dtype=np.int64),
        )

    def rows(self, which: NDArray[np.bool_]) -> "Sample":
        """Those picked, in the same order."""
        picked = np.flatnonzero(which)
        return Sample(
            views=tuple(self.views[row] for row in picked),
            features=self.features[picked],
            at=self.at[picked],
            ends=self.ends[picked],
            wait_s=self.wait_s[picked],
            served=self.served[picked],
            kinds=tuple(self.kinds[row] for row in picked),
            priority=self.priority[picked],
            ahead=self.ahead[picked],
        )

    @property
    def rolled(self) -> tuple[Floats, Floats, Floats]:
        """The roll-forward's 10th, 50th and 90th percentiles."""
        return self.features[:, 2], self.features[:, 4], self.features[:, 6]


def joined(samples: Sequence[Sample]) -> Sample:
    """One after another; those without a row are left out."""
    told = [sample for sample in samples if len(sample.at)]
    if not told:
        return samples[0]
    return Sample(
        views=tuple(view for sample in told for view in sample.views),
        features=np.concatenate([sample.features for sample in told]),
        at=np.concatenate([sample.at for sample in told]),
        ends=np.concatenate([sample.ends for sample in told]),
        wait_s=np.concatenate([sample.wait_s for sample in told]),
        served=np.concatenate([sample.served for sample in told]),
        kinds=tuple(kind for sample in told for kind in sample.kinds),
        priority=np.concatenate([sample.priority for sample in told]),
        ahead=np.concatenate([sample.ahead for sample in told]),
    )
