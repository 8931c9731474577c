"""Hebrew numerals: feminine for counting, minutes and hours, masculine for days of the month."""

_FEMININE = "אפס אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר".split()
_MASCULINE = "אפס אחד שניים שלושה ארבעה חמישה שישה שבעה שמונה תשעה עשרה".split()
_TENS = "- - עשרים שלושים ארבעים חמישים שישים שבעים שמונים תשעים".split()
_CONSTRUCT = "- - - שלושת ארבעת חמשת ששת שבעת שמונת תשעת עשרת".split()
_ORDINALS = "- ראשון שני שלישי רביעי חמישי שישי שביעי שמיני תשיעי עשירי".split()
WORDS_END = 1_000_000
DIGITS = tuple(_FEMININE[:10])


def cardinal(value: int, *, masculine: bool = False) -> str:
    """The number in words, feminine as in counting unless asked; figures from a million on."""
    if value < 0:
        return f"מינוס {cardinal(-value, masculine=masculine)}"
    if value >= WORDS_END:
        return str(value)
    thousands, rest = divmod(value, 1000)
    parts = [_thousands(thousands)] if thousands else []
    return _join([*parts, *_below_thousand(rest, masculine)] if rest or not parts else parts)


def _thousands(value: int) -> str:
    if value <= 2:
        return ("", "אלף", "אלפיים")[value]
    if value <= 10:
        return f"{_CONSTRUCT[value]} אלפים"
    return f"{_join(_below_thousand(value, True))} אלף"


def _below_thousand(value: int, masculine: bool) -> list[str]:
    hundreds, rest = divmod(value, 100)
    parts = [_hundreds(hundreds)] if hundreds else []
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        parts.append(_TENS[tens])
    if rest or not parts:
        parts.append(_below_twenty(rest, masculine))
    return parts


def _hundreds(value: int) -> str:
    return ("", "מאה", "מאתיים")[value] if value <= 2 else f"{_FEMININE[value]} מאות"


def _below_twenty(value: int, masculine: bool) -> str:
    units = _MASCULINE if masculine else _FEMININE
    if value <= 10:
        return units[value]
    # The two of twelve is shortened: שתים עשרה, שנים עשר.
    unit = ("שנים" if masculine else "שתים") if value == 12 else units[value - 10]
    return f"{unit} {'עשר' if masculine else 'עשרה'}"


def _join(parts: list[str]) -> str:
    """Parts side by side, "and" joined to the last one."""
    return parts[0] if len(parts) == 1 else f"{' '.join(parts[:-1])} ו{parts[-1]}"


def counted(value: int, one: str, many: str) -> str:
    """A count of a feminine noun: דקה אחת, שתי דקות, עשרים ואחת דקות."""
    if value == 1:
        return f"{one} אחת"
    return f"שתי {many}" if value == 2 else f"{cardinal(value)} {many}"


def ordinal(value: int) -> str | None:
    """The masculine ordinal from one to ten; none beyond, where Hebrew counts by number."""
    return _ORDINALS[value] if 1 <= value <= 10 else None
