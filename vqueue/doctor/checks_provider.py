"""Judging what the provider said: the account, the number's addresses, the countries it may call."""

from vqueue.doctor.facts import NumberFacts, ProviderFacts
from vqueue.doctor.finding import Finding, bad, fine, warn
from vqueue.domain.phone import Phone
from vqueue.settings import Settings

_NUMBER = "In the provider's console, at the number's voice configuration"


def account(told: Settings, seen: ProviderFacts | None) -> list[Finding]:
    """The credentials are right and the account may call."""
    if seen is None:
        mend = "Set VQUEUE_TWILIO_ACCOUNT_SID and VQUEUE_TWILIO_AUTH_TOKEN."
        return [bad("credentials", "There are no credentials to ask the provider with.", mend)]
    if seen.account.reason:
        mend = "See that this machine may reach VQUEUE_TWILIO_API_URL."
        return [bad("credentials", f"{told.twilio_api_url} cannot be asked: {seen.account.reason}.", mend)]
    if seen.account.status != 200:
        mend = "Copy account SID and auth token anew from the provider's console."
        return [bad("credentials", f"The provider refuses the credentials ({seen.account.status}).", mend)]
    if seen.account_status != "active":
        mend = "Settle it with the provider; no call is placed until then."
        return [bad("credentials", f"The account is {seen.account_status or 'in an unknown state'}.", mend)]
    if seen.account_type.lower() == "trial":
        mend = "Upgrade the account: a trial one calls verified numbers only, after a message of its own."
        return [warn("credentials", "The account is a trial account.", mend)]
    return [fine("credentials", "The provider knows the account, and it is active.")]


def number(told: Settings, seen: NumberFacts | None) -> list[Finding]:
    """The bank's number rings here, under exactly the public URL."""
    if seen is None:
        return []
    shown = _masked(told.twilio_from)
    if seen.answer.reason or seen.answer.status != 200:
        reason = seen.answer.reason or str(seen.answer.status)
        return [bad("number", f"The provider did not tell about {shown}: {reason}.", "Try again in a minute.")]
    if not seen.known:
        return [bad("number", f"{shown} is not a number of this account.", "Buy or move it, or correct TWILIO_FROM.")]
    if not seen.voice:
        return [bad("number", f"{shown} takes no voice calls.", "Get a number that does.")]
    if seen.diverted:
        mend = f"{_NUMBER}, choose Webhook instead."
        return [bad("number", f"{shown} is answered by a {seen.diverted}, its URLs are not asked.", mend)]
    return [*_voice(told, seen, shown), *_fallback(told, seen), *_status(told, seen), *_sms(seen, shown)]


def _voice(told: Settings, seen: NumberFacts, shown: str) -> list[Finding]:
    meant = f"{told.public_url}/voice/inbound"
    if seen.voice_url != meant:
        what = f"Calls to {shown} go to {seen.voice_url or 'no address'}, not to {meant}."
        return [bad("voice_url", what, f'{_NUMBER}, set "a call comes in" to {meant}.')]
    if seen.voice_method.upper() != "POST":
        return [bad("voice_url", f"It is asked by {seen.voice_method}.", f"{_NUMBER}, choose HTTP POST.")]
    return [fine("voice_url", f"Calls to {shown} come to {meant}.")]


def _fallback(told: Settings, seen: NumberFacts) -> list[Finding]:
    if not seen.fallback_url:
        mend = "Host what `vqueue fallback-document` prints elsewhere, and set it as the number's fallback URL."
        return [bad("fallback_url", "Without a fallback URL callers hear an error when the service is down.", mend)]
    if seen.fallback_url.startswith(f"{told.public_url}/") and not told.local:
        mend = "Host what `vqueue fallback-document` prints elsewhere, and set that address."
        return [warn("fallback_url", "The fallback is this service itself, which is no help while it is down.", mend)]
    return [fine("fallback_url", f"Failed answers are mended by {seen.fallback_url}.")]


def _status(told: Settings, seen: NumberFacts) -> list[Finding]:
    meant = f"{told.public_url}/voice/status/inbound"
    if seen.status_url != meant:
        what = f"The end of calls is told to {seen.status_url or 'nobody'}, not to {meant}."
        mend = f'{_NUMBER}, set "call status changes" to {meant}; until then a lost holder is noticed minutes later.'
        return [warn("status_callback", what, mend)]
    return [fine("status_callback", f"The end of calls is told to {meant}.")]


def _sms(seen: NumberFacts, shown: str) -> list[Finding]:
    if seen.sms:
        return []
    return [warn("sms", f"{shown} sends no SMS: customers are not told of missed calls.", "Get a number that does.")]


def countries(wanted: tuple[str, ...], seen: ProviderFacts | None) -> list[Finding]:
    """Every country the rules let be called may be dialled from the account."""
    if seen is None or seen.account.status != 200:
        return []
    found = []
    if seen.closed:
        what = f"The account may not call {', '.join(seen.closed)}, which the queues' rules allow."
        mend = "Open them in the provider's voice geo permissions, or take them out of the rules."
        found.append(bad("geo_permissions", what, mend))
    if seen.unknown:
        what = f"The provider did not say whether {', '.join(seen.unknown)} may be called."
        found.append(warn("geo_permissions", what, "Look at its voice geo permissions."))
    return found or [fine("geo_permissions", f"May be called: {', '.join(wanted) or 'no country is asked for'}.")]


def _masked(number: str) -> str:
    try:
        return str(Phone(number))
    except ValueError:
        return "The bank's number"
