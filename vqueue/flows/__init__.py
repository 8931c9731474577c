"""Conversations as files: read, checked, found by name, drawn, rehearsed."""

from vqueue.flows.book import FlowBook, read_checked
from vqueue.flows.checking import check
from vqueue.flows.reading import Fault, FaultyFlow, parse, read

__all__ = ["Fault", "FaultyFlow", "FlowBook", "check", "parse", "read", "read_checked"]
