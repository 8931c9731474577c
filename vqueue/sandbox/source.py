"""Names the place a document comes from: a URL with its method and extra fields, or TwiML at hand."""

from dataclasses import dataclass, field
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class Source:
    """`extra` are fields sent besides the standard ones."""

    url: str = ""
    method: str = "POST"
    extra: dict[str, str] = field(default_factory=dict)
    twiml: str | None = None

    def resolve(self, url: str) -> str:
        return urljoin(self.url, url.strip()) if self.url else url.strip()
