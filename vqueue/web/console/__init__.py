"""The supervisor's console: the live board, requests, and the few acts that help at once."""

from vqueue.web.console.routes import add_routes

__all__ = ["add_routes"]
