"""Occupations, as the taxonomy has them: the same for every organisation."""

import strawberry

from contracts.direction import Theme
from gateway.schema.fields import field


@strawberry.type(description="A skill of an occupation.")
class OccupationSkill:
    label: str = field("What it is called.")
    skill: str = field("Its URI in ESCO.")


@strawberry.type(
    description="An occupation of ESCO, the European Commission's classification. Its ISCO group "
    "is suggested by the likeness of texts; so are its skills, unless they are listed."
)
class Occupation:
    uri: str = field("Its URI in ESCO, by which it is named.")
    title: str = field("What it is called.")
    description: str = field("What it is about, in one sentence.")
    group: str = field("The code of its ISCO-08 unit group; empty where none is like it.")
    group_title: str = field("What that group is called.")
    skill_level: int | None = field("ISCO's level of its skills: 1, the least, to 4.")
    themes: list[Theme] = field("Whom it may interest: three themes, the strongest first.")
    onet_code: str = field("Its O*NET-SOC code, where O*NET has the same title; else empty.")
    listed: bool = field("Whether ESCO lists its skills; false: they are suggested.")
    skills: list[OccupationSkill] = field("The skills that it needs, or may need.")
