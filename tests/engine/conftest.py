"""Properties here are tried on the same examples every time, and never fail for being slow."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("steady")
