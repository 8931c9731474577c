"""Judging what was seen: one function a question, facts in, findings out."""

from collections.abc import Iterable

from vqueue.doctor.facts import Answer, DatabaseFacts, DiskFacts, RedisFacts
from vqueue.doctor.finding import Finding, bad, fine, warn
from vqueue.doctor.voices import VOICES
from vqueue.settings import Settings, UnsafeSetting

SKEW_WARN_S, SKEW_BAD_S = 2.0, 30.0
SLOW_REDIS_S = 0.1
GB = 1_000_000_000
FREE_WARN, FREE_BAD = 2 * GB, 200_000_000
TWILIO_DEFAULT_CPS = 1.0
FEW_FILES = 10_000
"""5,000 event streams, as many connections of other kinds."""


def settings(told: Settings) -> list[Finding]:
    """Whether `vqueue serve` would start with these, and what it should not be started with."""
    try:
        told.check_serving()
    except UnsafeSetting as unsafe:
        return [bad("settings", str(unsafe), f"Set VQUEUE_{unsafe.name} and start again.")]
    found = []
    if told.twilio_auth_token_previous.get_secret_value():
        found.append(
            warn(
                "settings",
                "The previous auth token is still accepted.",
                "Remove VQUEUE_TWILIO_AUTH_TOKEN_PREVIOUS once the provider signs with the new one.",
            )
        )
    if told.host in ("0.0.0.0", "::") and not told.trusted_proxies:  # noqa: S104 - read, not bound
        found.append(
            warn(
                "settings",
                "The service listens on every address and trusts no proxy: limits count the proxy as one client.",
                "Name your proxy's network in VQUEUE_TRUSTED_PROXIES.",
            )
        )
    return found or [fine("settings", "The service would start with them.")]


def keys(told: Settings, database: DatabaseFacts) -> list[Finding]:
    """Encryption keys: there are some, and they open what is stored."""
    try:
        count = len(told.keys())
    except UnsafeSetting as unsafe:
        return [bad("keys", str(unsafe), "Make a key with `openssl rand -base64 32`.")]
    if not count:
        return [
            bad("keys", "There is no encryption key.", "Make one with `openssl rand -base64 32`; keep it for ever.")
        ]
    if database.opened < database.sealed:
        lost = database.sealed - database.opened
        return [
            bad(
                "keys",
                f"{lost} of {database.sealed} stored secrets do not open with {_keys(count)}.",
                "Add the key they were sealed with at the end of VQUEUE_DATA_KEYS.",
            )
        ]
    older = "" if count == 1 else f", {count - 1} of them kept to open what is older"
    return [fine("keys", f"{_keys(count)}{older}; {database.opened} stored secrets tried and opened.")]


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"


def database(seen: DatabaseFacts) -> list[Finding]:
    """Reachable, and at the schema this program expects."""
    if seen.reason:
        mend = "Start it, or correct VQUEUE_DATABASE_URL."
        return [bad("database", f"{seen.kind} does not answer: {seen.reason}.", mend)]
    if seen.empty:
        mend = "Nothing to do for SQLite: `vqueue serve` makes it; else run `vqueue db upgrade`."
        return [warn("database", f"The {seen.kind} database has no schema yet.", mend)]
    if seen.differences:
        what = f"The schema differs from this version's in {len(seen.differences)} places."
        return [bad("database", what, "Run `vqueue db upgrade`, and `vqueue db check` to see what is left.")]
    found = [fine("database", f"{seen.kind} answers and is at this version's schema.")]
    if not seen.queues:
        found.append(warn("queues", "There is no queue: callers hear that the bank is closed.", "Run `vqueue setup`."))
    return found


def clocks(seen: DatabaseFacts, provider: Answer | None) -> list[Finding]:
    """Leases go by the database's clock, tokens and signatures by ours and the provider's."""
    others = {"the database": seen.skew_s, "the provider": provider.skew_s if provider is not None else None}
    told = {name: skew for name, skew in others.items() if skew is not None}
    found = [_skew(name, skew) for name, skew in told.items() if abs(skew) > SKEW_WARN_S]
    if found:
        return found
    compared = " and ".join(told) or "nobody else"
    return [fine("clock", f"This machine's clock agrees with {compared}.")]


def _skew(name: str, skew_s: float) -> Finding:
    what = f"This machine's clock is {abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead of'} {name}."
    return (bad if abs(skew_s) > SKEW_BAD_S else warn)("clock", what, "Let NTP keep the time on every machine.")


def redis(seen: RedisFacts | None, *, shared: bool) -> list[Finding]:
    """`shared`: the database is one that several processes could use."""
    if seen is None:
        mode = "one process alone may serve" if shared else "one process serves"
        return [fine("redis", f"No Redis is set: {mode}.")]
    if seen.reason:
        mend = "Start it, or correct VQUEUE_REDIS_URL; until then no waits are announced and no calls created."
        return [bad("redis", f"Redis does not answer: {seen.reason}.", mend)]
    if seen.seconds > SLOW_REDIS_S:
        return [warn("redis", f"Redis took {seen.seconds:.2f} s to answer.", "Bring it closer to the service.")]
    return [fine("redis", f"Redis {seen.version} answers.")]


def public(told: Settings, seen: Answer) -> list[Finding]:
    """Asked under its public name, as the provider would."""
    url, api_is_here = told.public_url, told.twilio_api_url.startswith("http://")
    if told.local and not api_is_here:
        mend = "Set VQUEUE_PUBLIC_URL to the https address the provider reaches this service under."
        return [bad("public_url", f"The provider cannot reach {url}: it is this machine alone.", mend)]
    mend = "Start the service, and see that name, certificate and proxy of VQUEUE_PUBLIC_URL lead to it."
    if seen.reason:
        return [bad("public_url", f"{url}/healthz cannot be reached: {seen.reason}.", mend)]
    if 300 <= seen.status < 400:
        mend = "Set VQUEUE_PUBLIC_URL to the address it leads to: signatures cover the URL, so it must be exact."
        return [bad("public_url", f"{url}/healthz leads elsewhere ({seen.status}).", mend)]
    if seen.status != 200 or seen.text.strip() != "ok":
        return [bad("public_url", f"{url}/healthz is answered by something else ({seen.status}).", mend)]
    return [fine("public_url", f"{url} is reached and answers.")]


def pace(told: Settings) -> list[Finding]:
    """Calls a second: the excess over the account's own figure waits at the provider and rings hours later."""
    rate = told.twilio_calls_per_second
    if rate > TWILIO_DEFAULT_CPS and told.twilio_api_url.startswith("https://"):
        mend = "Ask the provider for the account's calls per second, and stay below it."
        return [warn("calls_per_second", f"{rate:g} calls a second are more than an account has by default (1).", mend)]
    return [fine("calls_per_second", f"At most {rate:g} calls a second are created.")]


def voices(spoken: Iterable[tuple[str, str]]) -> list[Finding]:
    """Each language's voice is one that the provider documents."""
    found, known = [], []
    for tag, voice in spoken:
        if voice in VOICES.get(tag, frozenset()):
            known.append(f"{tag} {voice}")
        else:
            mend = "Try it with a call, choose a documented one, or record the words as files."
            found.append(warn("voices", f"{voice or 'No voice'} for {tag} is not in the table of voices.", mend))
    return found or [fine("voices", f"Documented: {', '.join(known)}.")]


def disk(seen: DiskFacts, *, sqlite: bool) -> list[Finding]:
    """Room for the data directory; a full disk is a database that is down."""
    if not seen.writable:
        mend = "Let the service's user write there, or name another folder with VQUEUE_DATA_DIR."
        return [bad("disk", f"{seen.folder} cannot be written to.", mend)]
    room, mend = f"{seen.free / GB:.1f} GB are free where {seen.folder} is.", "Make room, or move VQUEUE_DATA_DIR."
    if sqlite and seen.free < FREE_BAD:
        return [bad("disk", room, mend)]
    return [warn("disk", room, mend) if seen.free < FREE_WARN else fine("disk", room)]


def open_files(limit: int) -> list[Finding]:
    """Each event stream of an app, desk or console is an open file; past the limit nobody connects."""
    if 0 <= limit < FEW_FILES:
        mend = f"Let one process open {FEW_FILES:,}: LimitNOFILE of the unit, `ulimits` of compose, `ulimit -Hn`."
        return [warn("open_files", f"One process may hold {limit:,} files and connections open.", mend)]
    return [fine("open_files", "Enough files and connections may be open for 5,000 event streams.")]
