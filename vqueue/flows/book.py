"""The flows a line speaks: checked when they are read, found by name, their prompts in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vqueue.domain.errors import NotFound
from vqueue.domain.flow import Audio, Flow
from vqueue.domain.speech_args import Arg
from vqueue.flows.checking import check
from vqueue.flows.reading import FaultyFlow, read
from vqueue.wording import Catalogue, fill


@dataclass(frozen=True, slots=True)
class FlowBook:
    """Flows by name, and the catalogue for the house's own prompts."""

    flows: Mapping[str, Flow]
    catalogue: Catalogue

    @classmethod
    def load(cls, folder: Path) -> "FlowBook":
        """Every `*.yaml` of the folder. Raises FaultyFlow for the first one that may not be used."""
        return cls({flow.name: flow for flow in map(read_checked, sorted(folder.glob("*.yaml")))}, Catalogue.load())

    def flow(self, name: str) -> Flow:
        """The flow of that name. Raises NotFound."""
        if name not in self.flows:
            raise NotFound(f"There is no flow {name}.")
        return self.flows[name]

    def phrase(self, key: str, args: Mapping[str, Arg], language: str) -> str | Audio:
        """A prompt as a voice should read it, or its audio: a flow's own, else the catalogue's. Never raises."""
        name, _, prompt = key.partition(".")
        flow = self.flows.get(name)
        if flow is None or prompt not in flow.prompts:
            return self.catalogue.say(key, args, language)
        return worded(flow, prompt, args, language)


def worded(flow: Flow, prompt: str, args: Mapping[str, Arg], language: str) -> str | Audio:
    """The flow's prompt in this language, or in its first one where it has no wording."""
    wording = flow.prompts[prompt].wording
    spoken_in = next(each for each in (language, *flow.languages, *wording) if each in wording)
    text = wording[spoken_in]
    return text if isinstance(text, Audio) else fill(text, args, language=spoken_in)


def read_checked(path: Path) -> Flow:
    """The flow in this file. Raises FaultyFlow with everything that is wrong with it."""
    flow = read(path)
    faults = tuple(check(flow))
    if faults:
        raise FaultyFlow(path.name, faults)
    return flow
