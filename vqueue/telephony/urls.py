"""The addresses the provider asks: from a target to an absolute URL, and from a received path back."""

import re
from typing import Final, get_args
from urllib.parse import quote, urlsplit

from vqueue.domain.speech import Place, Target

RETRIES: Final = "rc=2&rp=ct,rt,5xx"
"""Connection overrides, read by the provider in the fragment: two retries, on time-outs and 5xx too.

Every address of ours may be asked twice, so a retry costs nothing and saves the call.
"""

_PLACES: Final[dict[str, Place]] = {place: place for place in get_args(Place)}
_PATH = re.compile(r"/voice/([a-z-]{1,32})/([A-Za-z0-9_-]{1,128})(?:/(0|[1-9][0-9]{0,8}))?\Z")


class Urls:
    """Addresses under the public URL, which is `https://host[:port][/prefix]`. Raises ValueError for another shape."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("PUBLIC_URL: expected https://host, without query or fragment")
        self._base = public_url.rstrip("/")
        self._prefix = parts.path.rstrip("/")

    def url(self, target: Target) -> str:
        """Where the provider asks for this target, with the retries it may make."""
        step = "" if target.step is None else f"/{target.step}"
        return f"{self._base}/voice/{target.place}/{quote(target.key, safe='')}{step}#{RETRIES}"

    def fallback(self) -> str:
        """What the provider asks when another answer of ours failed."""
        return f"{self._base}/voice/fallback#{RETRIES}"

    def audio(self, name: str) -> str:
        """Where a file of the service's own audio folder is heard; an https URL is its own address."""
        return name if name.startswith("https://") else f"{self._base}/audio/{quote(name)}"

    def received(self, raw_path: str) -> str:
        """The public URL of a path and query exactly as they arrived; a proxy may have taken the prefix off."""
        if self._prefix and raw_path.startswith(f"{self._prefix}/"):
            return self._base.removesuffix(self._prefix) + raw_path
        return self._base + raw_path

    def parse(self, path: str) -> Target | None:
        """The target a received path names (its query does not matter); None when it names none."""
        inner = path.partition("?")[0].partition("#")[0]
        if self._prefix and inner.startswith(f"{self._prefix}/"):
            inner = inner.removeprefix(self._prefix)
        found = _PATH.match(inner)
        if found is None or found[1] not in _PLACES:
            return None
        return Target(_PLACES[found[1]], found[2], None if found[3] is None else int(found[3]))
