"""Russian numerals in the cases and genders that waits, times and places need."""

from enum import Enum

from babel import Locale

_PLURAL = Locale("ru").plural_form


class Case(Enum):
    """Nominative, accusative (of inanimate things) and genitive."""

    NOM = "nom"
    ACC = "acc"
    GEN = "gen"


class Gender(Enum):
    """The gender of the counted noun."""

    M = "m"
    F = "f"
    N = "n"


_UNITS = (
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
_UNITS_GEN = (
    "нуля одного двух трёх четырёх пяти шести семи восьми девяти десяти одиннадцати двенадцати тринадцати "
    "четырнадцати пятнадцати шестнадцати семнадцати восемнадцати девятнадцати"
).split()
_TENS = "- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
_TENS_GEN = "- - двадцати тридцати сорока пятидесяти шестидесяти семидесяти восьмидесяти девяноста".split()
_HUNDREDS = "- сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
_HUNDREDS_GEN = "- ста двухсот трёхсот четырёхсот пятисот шестисот семисот восьмисот девятисот".split()
_ONE = {
    (Gender.M, Case.NOM): "один",
    (Gender.M, Case.ACC): "один",
    (Gender.M, Case.GEN): "одного",
    (Gender.F, Case.NOM): "одна",
    (Gender.F, Case.ACC): "одну",
    (Gender.F, Case.GEN): "одной",
    (Gender.N, Case.NOM): "одно",
    (Gender.N, Case.ACC): "одно",
    (Gender.N, Case.GEN): "одного",
}
_ORDINALS = (
    "нулевое первое второе третье четвёртое пятое шестое седьмое восьмое девятое десятое одиннадцатое двенадцатое "
    "тринадцатое четырнадцатое пятнадцатое шестнадцатое семнадцатое восемнадцатое девятнадцатое"
).split()
_ORDINAL_TENS = (
    "- - двадцатое тридцатое сороковое пятидесятое шестидесятое семидесятое восьмидесятое девяностое"
).split()
_ORDINAL_HUNDREDS = (
    "- сотое двухсотое трёхсотое четырёхсотое пятисотое шестисотое семисотое восьмисотое девятисотое"
).split()
WORDS_END = 1_000_000
ORDINALS_END = 1_000

MINUTE = ("минута", "минуты", "минут", "минуту")
HOUR = ("час", "часа", "часов", "час")
_THOUSAND = ("тысяча", "тысячи", "тысяч", "тысячу")


def cardinal(value: int, *, gender: Gender = Gender.M, case: Case = Case.NOM) -> str:
    """The number in words; figures from a million on."""
    if value < 0:
        return f"минус {cardinal(-value, gender=gender, case=case)}"
    if value >= WORDS_END:
        return str(value)
    thousands, rest = divmod(value, 1000)
    parts = []
    if thousands:
        # "тысяча" alone, as it is said, but "двадцать одна тысяча".
        counted = _below_thousand(thousands, Gender.F, case) if thousands > 1 else []
        parts = [*counted, noun(thousands, _THOUSAND, case)]
    if rest or not thousands:
        parts += _below_thousand(rest, gender, case)
    return " ".join(parts)


def _below_thousand(value: int, gender: Gender, case: Case) -> list[str]:
    genitive = case is Case.GEN
    hundreds, rest = divmod(value, 100)
    parts = [(_HUNDREDS_GEN if genitive else _HUNDREDS)[hundreds]] if hundreds else []
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        parts.append((_TENS_GEN if genitive else _TENS)[tens])
    if rest or not parts:
        parts.append(_unit(rest, gender, case))
    return parts


def _unit(value: int, gender: Gender, case: Case) -> str:
    if value == 1:
        return _ONE[gender, case]
    if case is Case.GEN:
        return _UNITS_GEN[value]
    return "две" if value == 2 and gender is Gender.F else _UNITS[value]


def noun(value: int, forms: tuple[str, str, str, str], case: Case) -> str:
    """The form of a counted noun; `forms` are one, few, many (also genitive singular and plural) and accusative one.

    The category is CLDR's; in the genitive only "one" stays singular (двадцати одной минуты, двадцати двух минут).
    """
    one, few, many, accusative = forms
    category = _PLURAL(value)
    if case is Case.GEN:
        return few if category == "one" else many
    if category == "one":
        return accusative if case is Case.ACC else one
    return few if category == "few" else many


def ordinal(value: int) -> str:
    """The neuter ordinal below a thousand (место — двадцать третье)."""
    hundreds, rest = divmod(value, 100)
    if hundreds and not rest:
        return _ORDINAL_HUNDREDS[hundreds]
    head = [_HUNDREDS[hundreds]] if hundreds else []
    if rest >= 20:
        tens, units = divmod(rest, 10)
        return " ".join([*head, _TENS[tens], _ORDINALS[units]] if units else [*head, _ORDINAL_TENS[tens]])
    return " ".join([*head, _ORDINALS[rest]])


def ordinal_genitive(value: int) -> str:
    """The genitive of the ordinal, for dates: пятнадцатого."""
    words = ordinal(value)
    return words[:-1] + "его" if words.endswith("третье") else words[:-2] + "ого"
