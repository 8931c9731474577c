"""The countries this network knows; dialling is open in all of them unless somebody closes one."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Country:
    """`codes` are the country's calling codes."""

    iso_code: str
    name: str
    continent: str
    codes: tuple[str, ...]


COUNTRIES: Final = tuple(
    Country(code, name, continent, (f"+{calling}",))
    for code, name, continent, calling in (
        ("AE", "United Arab Emirates", "ASIA", "971"),
        ("AT", "Austria", "EUROPE", "43"),
        ("AU", "Australia", "OCEANIA", "61"),
        ("BE", "Belgium", "EUROPE", "32"),
        ("CA", "Canada", "NORTH_AMERICA", "1"),
        ("CH", "Switzerland", "EUROPE", "41"),
        ("CY", "Cyprus", "EUROPE", "357"),
        ("CZ", "Czech Republic", "EUROPE", "420"),
        ("DE", "Germany", "EUROPE", "49"),
        ("DK", "Denmark", "EUROPE", "45"),
        ("ES", "Spain", "EUROPE", "34"),
        ("FI", "Finland", "EUROPE", "358"),
        ("FR", "France", "EUROPE", "33"),
        ("GB", "United Kingdom", "EUROPE", "44"),
        ("GE", "Georgia", "ASIA", "995"),
        ("GR", "Greece", "EUROPE", "30"),
        ("IE", "Ireland", "EUROPE", "353"),
        ("IL", "Israel", "ASIA", "972"),
        ("IN", "India", "ASIA", "91"),
        ("IT", "Italy", "EUROPE", "39"),
        ("KZ", "Kazakhstan", "ASIA", "7"),
        ("NL", "Netherlands", "EUROPE", "31"),
        ("NO", "Norway", "EUROPE", "47"),
        ("PL", "Poland", "EUROPE", "48"),
        ("PT", "Portugal", "EUROPE", "351"),
        ("RO", "Romania", "EUROPE", "40"),
        ("RU", "Russia", "EUROPE", "7"),
        ("SE", "Sweden", "EUROPE", "46"),
        ("TR", "Turkey", "ASIA", "90"),
        ("UA", "Ukraine", "EUROPE", "380"),
        ("US", "United States", "NORTH_AMERICA", "1"),
        ("ZA", "South Africa", "AFRICA", "27"),
    )
)
