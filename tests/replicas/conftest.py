"""The telephone network and the empty databases of the stories."""

from tests.stories.conftest import empty_postgres, network_process

__all__ = ["empty_postgres", "network_process"]
