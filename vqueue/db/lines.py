"""The agents' PINs and the open pages of their desks."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from vqueue.db.record import Record
from vqueue.db.store import Store, insert
from vqueue.db.tables_lines import agent_pins, desk_pages
from vqueue.domain.ids import AgentId
from vqueue.ports.lines import AgentPin, DeskPage

PIN = Record(AgentPin, agent_pins)
PAGE = Record(DeskPage, desk_pages)
_p, _d = agent_pins.c, desk_pages.c
_at = bindparam("at_", type_=_d.expires_at.type)
LOCKED = PIN.all.where(_p.locked_until > _at).order_by(_p.id)
THEIRS = PAGE.all.where(_d.agent == bindparam("agent_")).order_by(_d.id)
OVER = PAGE.all.where(_d.expires_at <= _at).order_by(_d.expires_at, _d.id)


class StoredPins(Store):
    """`ports.lines.Pins`."""

    def of(self, agent: AgentId) -> AgentPin | None:
        return self.one_of(PIN, PIN.by_id, id_=agent)

    def put(self, pin: AgentPin) -> None:
        known = self.of(pin.id)
        if known is None:
            self.add_new(PIN, pin)
        else:
            # The version goes on, so that a try at the former PIN cannot bring it back.
            self.swap(PIN, AgentPin(id=pin.id, hash=pin.hash, set_at=pin.set_at, version=known.version))

    def replace(self, pin: AgentPin) -> AgentPin:
        return self.swap(PIN, pin)

    def drop(self, agent: AgentId) -> bool:
        return self.connection.execute(delete(agent_pins).where(_p.id == agent)).rowcount == 1

    def having(self) -> frozenset[AgentId]:
        return frozenset(AgentId(agent) for agent in self.connection.scalars(select(_p.id)))

    def locked(self, at: datetime) -> list[AgentPin]:
        return self.all_of(PIN, LOCKED, at_=at)


class StoredDeskPages(Store):
    """`ports.lines.DeskPages`."""

    def keep(self, page: DeskPage) -> None:
        opened = insert(self.connection, desk_pages).values(PAGE.row(page))
        longer = opened.on_conflict_do_update(index_elements=[_d.id], set_={"expires_at": page.expires_at})
        self.connection.execute(longer)

    def of(self, agent: AgentId) -> list[DeskPage]:
        return self.all_of(PAGE, THEIRS, agent_=agent)

    def over(self, at: datetime) -> list[DeskPage]:
        return self.all_of(PAGE, OVER, at_=at)

    def close(self, page: DeskPage) -> bool:
        seen = delete(desk_pages).where(_d.id == page.id, _d.expires_at == page.expires_at)
        return self.connection.execute(seen).rowcount == 1
