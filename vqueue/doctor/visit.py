"""The whole visit: look once, judge everything."""

from vqueue.doctor import checks, checks_provider
from vqueue.doctor.facts import Facts
from vqueue.doctor.finding import Finding
from vqueue.doctor.looking import look
from vqueue.settings import Settings


async def visit(settings: Settings) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    return judge(settings, await look(settings))


def judge(settings: Settings, facts: Facts) -> list[Finding]:
    database, provider = facts.database, facts.provider
    sqlite = settings.database.startswith("sqlite")
    return [
        *checks.settings(settings),
        *checks.keys(settings, database),
        *checks.database(database),
        *checks.redis(facts.redis, shared=not sqlite),
        *checks.disk(facts.disk, sqlite=sqlite),
        *checks.open_files(facts.open_files),
        *checks.clocks(database, provider.account if provider is not None else None),
        *checks.public(settings, facts.public),
        *checks_provider.account(settings, provider),
        *checks_provider.number(settings, provider.number if provider is not None else None),
        *checks_provider.countries(database.countries, provider),
        *checks.voices(facts.voices),
        *checks.pace(settings),
    ]
