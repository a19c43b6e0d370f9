"""The rows of sites.csv."""

import re
from collections.abc import Iterator
from itertools import chain, cycle
from unicodedata import normalize

from cairn.sample.data import Data, Place

FIRST_NAME = "{} Headquarters"
NAMES = ("{} Plant", "{} Office", "{} Technology Centre", "{} Hub", "{} Service Centre")


def site_rows(places: list[Place], codes: list[str], data: Data) -> Iterator[dict[str, str]]:
    names = chain([FIRST_NAME], cycle(NAMES))
    for place, code, name in zip(places, codes, names, strict=False):
        yield {
            "code": code,
            "name": name.format(place.city),
            "city": place.city,
            "country": place.country,
            "time_zone": place.time_zone,
            "languages": ";".join(dict.fromkeys((*data.countries[place.country].languages, "en"))),
        }


def site_codes(places: list[Place]) -> list[str]:
    """Three letters of each city's name, the country's behind them, a number where it must."""
    codes: dict[str, None] = {}
    for place in places:
        letters = re.sub(r"[^A-Z]", "", normalize("NFKD", place.city.upper())).ljust(3, "X")
        base = f"{letters[:3]}-{place.country}"
        tries = (base, f"{letters[0]}{letters[-2:]}-{place.country}")
        numbered = (f"{base}{number}" for number in range(2, len(places) + 2))
        code = next(code for code in (*tries, *numbered) if code not in codes)
        codes[code] = None
    return list(codes)
