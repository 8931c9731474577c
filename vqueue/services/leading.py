"""Who dispatches: holding the shard's lease, ticking while it lasts, housekeeping by the alarm clock only meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from vqueue.domain.errors import NotLeader, Unavailable
from vqueue.domain.journal import Fact
from vqueue.ports.database import Work
from vqueue.services import boarding, dispatching, recovering
from vqueue.services.clerk import Clerk
from vqueue.services.dispatching import Lease
from vqueue.services.house import House

SHARD = "bank"
TTL_S = 3.0
"""How long a lease lives without being renewed, wall seconds."""


@dataclass(kw_only=True)
class Leader:
    """This process's claim to one shard. `on_change` starts and stops the housekeeping that only a leader does."""

    house: House
    holder: str
    shard: str = SHARD
    on_change: Callable[[bool], None] = lambda leading: None
    lease: Lease | None = field(default=None, init=False)
    past: boarding.Past | None = field(default=None, init=False)
    """What the last boards were made with."""
    over: bool = field(default=False, init=False)
    """The lease was handed back for good: a renewal still under way takes nothing any more."""

    async def renew(self) -> None:
        """Takes or renews the lease, or learns that somebody else has it. A silent database means: not the leader."""
        try:
            epoch = await self.house.database.transact(self._acquire)
        except Unavailable:
            epoch = None
        was, self.lease = self.lease, None if epoch is None else Lease(self.shard, epoch)
        if (was is None) != (self.lease is None):
            self.on_change(self.lease is not None)
        if self.lease is not None and (was is None or was.epoch != self.lease.epoch):
            await dispatching.fill_bucket(self.house)
            await self.house.act(partial(_taken, lease=self.lease, holder=self.holder))
            # Whoever held the lease before may have stopped answering; beside the renewals, which must not wait.
            self.house.spawn(recovering.recover(self.house))

    async def tick(self) -> None:
        """One tick, if we lead; losing the lease in the middle ends it."""
        if self.lease is None:
            return
        try:
            reserved = await dispatching.tick(self.house, self.lease)
        except NotLeader:
            self.lease = None
            self.on_change(False)
            return
        if reserved:
            await self.house.broadcast.tell("dispatch")

    async def publish(self) -> None:
        """The boards, while we lead."""
        if self.lease is not None:
            self.past = await boarding.publish(self.house, self.past)

    async def release(self) -> None:
        """Hands the lease back for good, so that the next process need not wait for it to run out."""
        if not self.over:
            self.over, self.lease = True, None
            await self.house.database.transact(partial(_release, shard=self.shard, holder=self.holder))

    def _acquire(self, work: Work) -> int | None:
        return None if self.over else work.leases.acquire(shard=self.shard, holder=self.holder, ttl_s=TTL_S)


def _release(work: Work, *, shard: str, holder: str) -> None:
    work.leases.release(shard=shard, holder=holder)


def _taken(clerk: Clerk, *, lease: Lease, holder: str) -> None:
    clerk.note(Fact.LEASE_TAKEN, shard=lease.shard, epoch=lease.epoch, holder=holder)
