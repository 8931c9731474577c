"""Everything by which the bank sees and steers the service: rules, reports, promises, the journal, alerts."""

from vqueue.services.house import House
from vqueue.web.api.bank import alerts, journal, promises, rehearsals, reports, rules
from vqueue.web.api.operation import Operation


def operations(house: House) -> tuple[Operation, ...]:
    """In the order in which they are documented."""
    return (
        *rules.operations(house),
        *rehearsals.operations(house),
        *reports.operations(house),
        *promises.operations(house),
        *journal.operations(house),
        *alerts.operations(house),
    )
