"""The banks and the telephone network of the stories."""

from tests.stories.conftest import bank, network

__all__ = ["bank", "network"]
