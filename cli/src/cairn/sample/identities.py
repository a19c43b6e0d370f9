"""What people are called, which languages they speak, and their addresses."""

import re
from collections import Counter
from random import Random

import msgspec

from cairn.sample.chance import place_in, weighted
from cairn.sample.data import Country, Data, Names

TWO_FAMILY_NAMES = ("es_", "pt_")
OFTEN_LEARNT = ("fr", "es", "de", "pt", "zh", "it", "ar", "ja")


class Identity(msgspec.Struct, frozen=True):
    given_name: str
    family_name: str
    ascii: str  # given and family name, for an address
    languages: list[str]  # BCP 47, the preferred first


def identity(country_code: str, data: Data, rng: Random) -> Identity:
    country = data.countries[country_code]
    culture = weighted(rng, country.cultures)
    at_home = culture.endswith(country_code)
    kinds = data.names[culture]
    gender = rng.choice("fm")
    given, given_ascii = _name(kinds.get(f"given_{gender}") or kinds["given"], at_home, rng)
    families = kinds.get(f"family_{gender}") or kinds["family"]
    family, family_ascii = _name(families, at_home, rng)
    if culture.startswith(TWO_FAMILY_NAMES) and rng.random() < 0.6:
        second, _ = _name(families, at_home, rng)
        family = family if second == family else f"{family} {second}"
    return Identity(
        given_name=given,
        family_name=family,
        ascii=f"{given_ascii}.{family_ascii}",
        languages=_languages(country, data.languages[culture], rng),
    )


def _name(names: Names, at_home: bool, rng: Random) -> tuple[str, str]:
    """A name as it is written where its owner works, and in ASCII."""
    place = place_in(rng, names.cumulative)
    return (names.native if at_home else names.abroad)[place], names.ascii[place]


def _languages(country: Country, own: str, rng: Random) -> list[str]:
    """The first language, then those of the site, then English, then what some have learnt."""
    main, *others = country.languages
    spoken = [own if rng.random() < 0.9 else main]
    if rng.random() < 0.95 if own == main else rng.random() < 0.75:
        spoken.append(main)
    spoken.extend(language for language in others if rng.random() < 0.4)
    if rng.random() < 0.95:
        spoken.append("en")
    if rng.random() < 0.15:
        spoken.append(rng.choice(OFTEN_LEARNT))
    return list(dict.fromkeys(spoken))


class Addresses:
    """Gives each their own: the second Ana Silva is ana.silva2."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def local_part(self, ascii_name: str) -> str:
        plain = re.sub(r"[^a-z.-]", "", ascii_name.lower().replace(" ", "-"))
        base = re.sub(r"([.-])[.-]+", r"\1", plain).strip(".-") or "person"
        self._taken[base] += 1
        count = self._taken[base]
        return base if count == 1 else f"{base}{count}"
