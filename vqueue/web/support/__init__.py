"""The customer's page `/support`: the widget in a page to install, and its module for other sites."""

from vqueue.web.support.routes import add_routes

__all__ = ["add_routes"]
