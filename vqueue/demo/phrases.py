"""What invented people listen for: the words of the bank's prompts, taken from the flow and the catalogue."""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from vqueue.domain.flow import Flow
from vqueue.flows.book import FlowBook
from vqueue.wording import Catalogue


@dataclass(frozen=True, slots=True)
class Phrases:
    """Prompts as regular expressions: `key` is a prompt of the main flow, `area.key` a text of the catalogue."""

    flow: Flow
    catalogue: Catalogue

    @classmethod
    def load(cls, flows: Path) -> "Phrases":
        book = FlowBook.load(flows)
        return cls(book.flow("main"), book.catalogue)

    def heard(self, *keys: str, language: str) -> str:
        """Matches what is said under any of the keys, whatever is filled into it."""
        return "|".join(re.escape(self.literal(key, language)) for key in keys)

    def heard_anywhere(self, *keys: str) -> str:
        """The same in every language of the line."""
        return "|".join(self.heard(*keys, language=language) for language in self.flow.languages)

    def literal(self, key: str, language: str) -> str:
        """The longest stretch of the prompt without a placeholder. Raises KeyError for an unknown one."""
        pieces = [literal.strip() for literal, *_ in Formatter().parse(self._template(key, language))]
        return max(pieces, key=len)

    def _template(self, key: str, language: str) -> str:
        if "." not in key:
            return str(self.flow.prompts[key].wording[language])
        found = next(texts[key] for tongue, texts in self.catalogue.texts.items() if tongue.value == language)
        return found if isinstance(found, str) else found["other"]
