"""Founds the demo's bank in an empty database: queues, agents, staff, a key, and what it remembers."""

import hashlib
from datetime import timedelta

from vqueue.clock import BusinessClock, SystemChance
from vqueue.db.open import migrate, open_database
from vqueue.db.vault import KeyVault
from vqueue.demo import cast
from vqueue.demo.app_users import app_users
from vqueue.demo.crowd import Past
from vqueue.demo.demand import Demand
from vqueue.demo.lately import lately
from vqueue.demo.records import records
from vqueue.demo.told import Doors, SignIn
from vqueue.demo.weeks import weeks
from vqueue.identity.passwords import Argon2Passwords
from vqueue.ports.database import Database
from vqueue.services.keys import Scope, make_key
from vqueue.services.setting_up import NewStaff, put_staff, set_up
from vqueue.settings import Settings

PASSWORD_LENGTH = 12
"""One for everybody, of letters and digits: a double click marks the whole of it."""
FOUNDED = timedelta(days=30)
"""So long ago the bank was set up."""


async def found(settings: Settings, law: Demand, chance: SystemChance, *, seed: int | None) -> tuple[Doors, Past]:
    """One member of staff a role, a key for the bank's systems; and, under a seed, what happened lately."""
    await migrate(settings.database)
    database, past = open_database(settings.database), Past()
    try:
        vault = KeyVault(settings.keys(), chance=chance)
        await set_up(database, vault, cast.bank(), at=law.ten - FOUNDED, chance=chance)
        if seed is not None:
            past = await _remember(database, vault, law, chance, seed=seed)
        staff = await _staff(database, law, chance)
        key = await make_key(database, chance, name="Demo", scopes=tuple(Scope), by="demo", at=law.ten)
    finally:
        await database.close()
    users = app_users(settings, BusinessClock().calendar())
    return Doors(staff=staff, users=users, api_key=key.token), past


async def _remember(database: Database, vault: KeyVault, law: Demand, chance: SystemChance, *, seed: int) -> Past:
    known = lately(law, seed=seed)
    written = records(known, vault=vault, chance=chance)
    await database.transact(written.write)
    await database.transact(weeks(law, known, seed=seed).write)
    return Past(written.waiting, known.holding, written.turns)


async def _staff(database: Database, law: Demand, chance: SystemChance) -> list[SignIn]:
    passwords = Argon2Passwords()
    password = hashlib.sha256(chance.token().encode()).hexdigest()[:PASSWORD_LENGTH]
    staff = [SignIn(role=role, login=login, password=password) for role, login in cast.STAFF.items()]
    for one in staff:
        member = NewStaff(login=one.login, name=cast.STAFF_NAMES[one.login], role=one.role, password=one.password)
        await put_staff(database, passwords, member, at=law.ten, chance=chance)
    return staff
