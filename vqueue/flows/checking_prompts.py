"""What may be wrong with a flow's prompts: missing languages, arguments nobody gives, texts nobody says."""

from collections.abc import Iterator

from vqueue.domain.flow import SAYABLE, BranchNode, EffectNode, Flow, Phrase
from vqueue.domain.flow_nodes import PromptLine
from vqueue.flows.reading import Fault
from vqueue.flows.ways import place
from vqueue.wording import Form, Language, placeholders


def prompt_faults(flow: Flow) -> Iterator[Fault]:
    """In the order of the file."""
    for language in flow.languages:
        if language not in set(Language):
            yield Fault("/languages", "unknown_language", f"nobody here speaks {language}")
    said = set()
    for pointer, key in _said(flow):
        said.add(key)
        if key not in flow.prompts:
            yield Fault(pointer, "unknown_prompt", f"there is no prompt {key}")
    for key, phrase in flow.prompts.items():
        if key not in said:
            yield Fault(f"/prompts/{key}", "unsaid", "nothing says this prompt")
        yield from _phrase_faults(flow, key, phrase)


def _said(flow: Flow) -> Iterator[tuple[str, str]]:
    yield "/silence", flow.silence
    yield "/wrong", flow.wrong
    for name, node in flow.nodes.items():
        if isinstance(node, BranchNode | EffectNode):
            continue
        for index, line in enumerate(node.lines):
            pointer = f"{place(flow, name)}/say/{index}"
            if isinstance(line, PromptLine):
                yield pointer, line.prompt
                if line.instead is not None:
                    yield f"{pointer}/instead", line.instead


def _phrase_faults(flow: Flow, key: str, phrase: Phrase) -> Iterator[Fault]:
    for language in flow.languages:
        if language not in phrase.wording:
            yield Fault(f"/prompts/{key}", "missing_language", f"no wording in {language}")
    for language in phrase.wording:
        if language not in flow.languages:
            yield Fault(f"/prompts/{key}/{language}", "unknown_language", f"the flow does not speak {language}")
    for name in sorted(phrase.needs - SAYABLE.keys()):
        yield Fault(f"/prompts/{key}", "unknown_argument", f"{{{name}}} is never given; there are {', '.join(SAYABLE)}")
    for language, text in phrase.wording.items():
        if isinstance(text, str):
            yield from _text_faults(f"/prompts/{key}/{language}", text, phrase.needs)


def _text_faults(pointer: str, text: str, needs: frozenset[str]) -> Iterator[Fault]:
    if not text.strip():
        yield Fault(pointer, "empty", "there is nothing to say")
    try:
        asked = placeholders(text)
    except ValueError as error:
        yield Fault(pointer, "malformed", str(error))
        return
    for name in sorted(needs - asked.keys()):
        yield Fault(pointer, "missing_argument", f"another language says {{{name}}}, this one does not")
    for name, forms in asked.items():
        for form in sorted(forms - {each.value for each in Form}):
            yield Fault(pointer, "unknown_form", f"{{{name}:{form}}}: there is no form {form}")
