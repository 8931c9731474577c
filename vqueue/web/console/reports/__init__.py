"""What a span of time came to: figures, plots that are read at once, tables beside them, CSV and paper."""

from vqueue.web.console.reports.routes import add_routes

__all__ = ["add_routes"]
