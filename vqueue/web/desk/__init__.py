"""The agent's desk: one screen with his call, the talk to write up, who waits, and his day."""

from vqueue.web.desk.routes import add_routes
from vqueue.web.desk.wishes import Wishes, crm, outcomes

__all__ = ["Wishes", "add_routes", "crm", "outcomes"]
