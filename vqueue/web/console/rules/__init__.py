"""The rules of a queue as a form: typed, checked, compared, rehearsed, agreed on, put in force, taken back."""

from vqueue.web.console.rules.routes import add_routes

__all__ = ["add_routes"]
