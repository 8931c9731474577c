"""The stores of one transaction in one bundle."""

from functools import cached_property

from sqlalchemy import Connection

from vqueue.db.agents import StoredAgents
from vqueue.db.apps import (
    StoredAnswers,
    StoredCodes,
    StoredDevices,
    StoredFeedbacks,
    StoredPageLinks,
    StoredTellings,
    StoredVerifications,
)
from vqueue.db.attempts_legs import StoredAttempts, StoredLegs
from vqueue.db.bank import StoredApiKeys, StoredDispositions, StoredDrafts, StoredWebhooks
from vqueue.db.calibrations import StoredCalibrations
from vqueue.db.conversations import StoredConversations
from vqueue.db.counters import StoredCounters
from vqueue.db.figures import StoredFigures
from vqueue.db.journal import StoredJournal
from vqueue.db.leases import StoredLeases
from vqueue.db.ledgers import StoredLedgers
from vqueue.db.lines import StoredDeskPages, StoredPins
from vqueue.db.looks import StoredLooks
from vqueue.db.models import StoredModels
from vqueue.db.outbox import StoredOutbox
from vqueue.db.outlooks import StoredOutlooks
from vqueue.db.past import StoredPastDays
from vqueue.db.people import StoredPeople, StoredSessions
from vqueue.db.promises import StoredPromises
from vqueue.db.queues_rules import StoredQueues
from vqueue.db.rehearsals import StoredRehearsals
from vqueue.db.reports import StoredReports
from vqueue.db.requests import StoredRequests
from vqueue.db.subjects import StoredSubjects
from vqueue.db.upkeep import StoredUpkeep


class StoredWork:
    """`ports.database.Work` on one connection. `lock` makes reads hold their rows: for ops that lost a race."""

    def __init__(self, connection: Connection, *, lock: bool = False) -> None:
        self.connection = connection
        self.lock = lock

    def finish(self) -> None:
        """Writes what the stores kept for the end of the op."""
        if "journal" in self.__dict__:
            self.journal.flush()

    @cached_property
    def requests(self) -> StoredRequests:
        return StoredRequests(self.connection, lock=self.lock)

    @cached_property
    def attempts(self) -> StoredAttempts:
        return StoredAttempts(self.connection, lock=self.lock)

    @cached_property
    def legs(self) -> StoredLegs:
        return StoredLegs(self.connection, lock=self.lock)

    @cached_property
    def agents(self) -> StoredAgents:
        return StoredAgents(self.connection, lock=self.lock)

    @cached_property
    def queues(self) -> StoredQueues:
        return StoredQueues(self.connection, lock=self.lock)

    @cached_property
    def conversations(self) -> StoredConversations:
        return StoredConversations(self.connection, lock=self.lock)

    @cached_property
    def promises(self) -> StoredPromises:
        return StoredPromises(self.connection, lock=self.lock)

    @cached_property
    def journal(self) -> StoredJournal:
        return StoredJournal(self.connection)

    @cached_property
    def counters(self) -> StoredCounters:
        return StoredCounters(self.connection)

    @cached_property
    def leases(self) -> StoredLeases:
        return StoredLeases(self.connection)

    @cached_property
    def outbox(self) -> StoredOutbox:
        return StoredOutbox(self.connection)

    @cached_property
    def people(self) -> StoredPeople:
        return StoredPeople(self.connection, lock=self.lock)

    @cached_property
    def sessions(self) -> StoredSessions:
        return StoredSessions(self.connection)

    @cached_property
    def pins(self) -> StoredPins:
        return StoredPins(self.connection, lock=self.lock)

    @cached_property
    def desks(self) -> StoredDeskPages:
        return StoredDeskPages(self.connection, lock=self.lock)

    @cached_property
    def figures(self) -> StoredFigures:
        return StoredFigures(self.connection)

    @cached_property
    def answers(self) -> StoredAnswers:
        return StoredAnswers(self.connection, lock=self.lock)

    @cached_property
    def codes(self) -> StoredCodes:
        return StoredCodes(self.connection, lock=self.lock)

    @cached_property
    def tellings(self) -> StoredTellings:
        return StoredTellings(self.connection, lock=self.lock)

    @cached_property
    def looks(self) -> StoredLooks:
        return StoredLooks(self.connection, lock=self.lock)

    @cached_property
    def devices(self) -> StoredDevices:
        return StoredDevices(self.connection, lock=self.lock)

    @cached_property
    def verifications(self) -> StoredVerifications:
        return StoredVerifications(self.connection, lock=self.lock)

    @cached_property
    def feedback(self) -> StoredFeedbacks:
        return StoredFeedbacks(self.connection, lock=self.lock)

    @cached_property
    def links(self) -> StoredPageLinks:
        return StoredPageLinks(self.connection, lock=self.lock)

    @cached_property
    def keys(self) -> StoredApiKeys:
        return StoredApiKeys(self.connection, lock=self.lock)

    @cached_property
    def webhooks(self) -> StoredWebhooks:
        return StoredWebhooks(self.connection, lock=self.lock)

    @cached_property
    def drafts(self) -> StoredDrafts:
        return StoredDrafts(self.connection, lock=self.lock)

    @cached_property
    def dispositions(self) -> StoredDispositions:
        return StoredDispositions(self.connection, lock=self.lock)

    @cached_property
    def subjects(self) -> StoredSubjects:
        return StoredSubjects(self.connection, lock=self.lock)

    @cached_property
    def upkeep(self) -> StoredUpkeep:
        return StoredUpkeep(self.connection)

    @cached_property
    def reports(self) -> StoredReports:
        return StoredReports(self.connection)

    @cached_property
    def ledgers(self) -> StoredLedgers:
        return StoredLedgers(self.connection)

    @cached_property
    def outlooks(self) -> StoredOutlooks:
        return StoredOutlooks(self.connection)

    @cached_property
    def past(self) -> StoredPastDays:
        return StoredPastDays(self.connection)

    @cached_property
    def models(self) -> StoredModels:
        return StoredModels(self.connection, lock=self.lock)

    @cached_property
    def calibrations(self) -> StoredCalibrations:
        return StoredCalibrations(self.connection, lock=self.lock)

    @cached_property
    def rehearsals(self) -> StoredRehearsals:
        return StoredRehearsals(self.connection, lock=self.lock)
