"""What people say of themselves, and whose word counts: theirs, or an HR file's."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from contracts.profiles import Person, Standing, Visibility, Window
from profiles.refusals import PersonLeft


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a person's profile; what is unset stays as it is."""

    languages: list[str] | UnsetType = UNSET
    skills: list[str] | UnsetType = UNSET
    interests: list[str] | UnsetType = UNSET
    values: list[str] | UnsetType = UNSET
    offers_mentoring: bool | UnsetType = UNSET
    skills_offered: list[str] | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    seeks_mentoring: bool | UnsetType = UNSET
    skills_sought: list[str] | UnsetType = UNSET
    aspiration: str | UnsetType = UNSET
    target_occupation: str | UnsetType = UNSET  # its URI in ESCO; empty: none
    working_styles: list[str] | UnsetType = UNSET


class OwnWindow(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A window as a command has it: a misspelt field is refused, not dropped."""


class OwnProfile(Profile, frozen=True, kw_only=True):
    """What a person says of herself, beyond what a file can say of her."""

    availability: list[OwnWindow] | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    time_zone: str | UnsetType | None = UNSET  # null: the site's again
    background: list[str] | UnsetType = UNSET  # what matching may use: nobody else's to say


def said(profile: Profile) -> dict[str, Any]:
    """The fields of the profile, and of nothing else, that are set."""
    fields = OwnProfile.__struct_fields__
    found = {field: getattr(profile, field, UNSET) for field in fields}
    return {field: value for field, value in found.items() if value is not UNSET}


def edited(person: Person, own: OwnProfile, *, site_time_zone: str) -> Person:
    """The person after an edit by hand; from then on imports leave those fields alone.

    Raises PersonLeft.
    """
    if person.standing is Standing.LEFT:
        raise PersonLeft(person.id)
    words = said(own)
    by_hand = set(person.edited) | words.keys()
    if words.get("time_zone", UNSET) is None:
        words["time_zone"] = site_time_zone
        by_hand.discard("time_zone")
    return msgspec.structs.replace(described(person, words), edited=sorted(by_hand))


def described(person: Person, words: dict[str, Any]) -> Person:
    """The person with these fields of the profile.

    Who begins to offer mentoring without a word about capacity has room for one: with none,
    the offer would never reach anybody.
    """
    silent = "capacity" not in words and "capacity" not in person.edited
    if words.get("offers_mentoring") and silent and person.capacity == 0:
        words = words | {"capacity": 1}
    return msgspec.structs.replace(person, **words)


def left(person: Person) -> Person:
    """The person once she no longer works for the organisation.

    Raises PersonLeft.
    """
    if person.standing is Standing.LEFT:
        raise PersonLeft(person.id)
    return msgspec.structs.replace(person, standing=Standing.LEFT)
