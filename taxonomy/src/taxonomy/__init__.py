"""Occupations and skills as ESCO has them, and what links them; SOURCES.md says whose data it is.

Both are named by their URI. What was suggested by the likeness of texts says so: an occupation's
ISCO group, and its skills where they are not `listed`.
"""

import gzip
import json
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

from taxonomy.groups import skill_level, themes

__all__ = ["Occupation", "Skill", "Taxonomy", "skill_level", "taxonomy", "themes"]

OCCUPATION = "http://data.europa.eu/esco/occupation/"
SKILL = "http://data.europa.eu/esco/skill/"


class Skill(NamedTuple):
    uri: str
    label: str


class Occupation(NamedTuple):
    uri: str
    title: str
    words: str  # of its other names, each once: to be found by
    description: str  # one sentence
    group: str  # the ISCO-08 unit group, as suggested; empty: none is like it
    onet: str  # the O*NET-SOC code, where O*NET has the same title; else empty
    listed: bool  # whether ESCO says which skills it needs
    skills: tuple[Skill, ...]  # that it needs; or that are suggested, the likeliest first
    near: tuple[tuple[str, float], ...]  # the most alike, by URI, with how alike: 0 to 1


class Taxonomy:
    """All occupations by URI, and skills by any of their labels."""

    def __init__(self, data: Any) -> None:
        self.groups: dict[str, str] = data["groups"]  # ISCO-08 codes of 1 to 4 digits, and titles
        skills = self.skills = [Skill(SKILL + id_, label) for id_, label in data["skills"]]
        uris = [OCCUPATION + each["id"] for each in data["occupations"]]
        self.occupations: dict[str, Occupation] = {
            uri: Occupation(
                uri=uri,
                title=each["title"],
                words=each["others"],
                description=each["description"],
                group=each["group"],
                onet=each["onet"],
                listed=each["listed"],
                skills=tuple(skills[place] for place in each["skills"]),
                near=tuple((uris[place], cosine / 100) for place, cosine in each["near"]),
            )
            for uri, each in zip(uris, data["occupations"], strict=True)
        }

    def names_of_skills(self) -> dict[str, Skill]:
        """Every name that a skill has, in small letters."""
        return dict(self._by_label)

    def skill(self, label: str) -> Skill | None:
        """The skill that has this label, or another name for it; case does not matter."""
        return self._by_label.get(" ".join(label.split()).casefold())

    @cached_property
    def _by_label(self) -> dict[str, Skill]:
        found: dict[str, Skill] = {label: self.skills[place] for label, place in _read("labels")}
        # "Python (computer programming)" is Python to whoever has it.
        found |= {skill.label.partition(" (")[0].casefold(): skill for skill in self.skills}
        return found | {skill.label.casefold(): skill for skill in self.skills}


@cache
def taxonomy() -> Taxonomy:
    """Read once; it takes a few tenths of a second."""
    return Taxonomy(_read("data"))


def _read(name: str) -> Any:
    packed = files("taxonomy").joinpath(f"{name}.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))
