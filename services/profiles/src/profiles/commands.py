"""What can be asked of profiles: each command next to what carries it out."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta

from chassis.commands import Commands
from chassis.erasing import forget_person
from chassis.identity import Caller
from chassis.refusals import NotAllowed, NotFound
from chassis.unit import Unit
from contracts.catalogue import topics_heard_by
from contracts.profiles import (
    PERSON,
    ErasureChange,
    Organisation,
    OrganisationChange,
    Person,
    PersonChange,
    SiteChange,
)
from profiles import store
from profiles.direction.exploring import READ, refresh
from profiles.direction.store import erase_direction
from profiles.domain import erasure
from profiles.domain.importing import Imported, Rows
from profiles.domain.people import PersonRow, decide_people
from profiles.domain.profile import OwnProfile, edited, left
from profiles.domain.sites import SiteRow, decide_sites
from profiles.domain.values import tidied
from profiles.refusals import OrganisationNotSetUp, UnusableValues

ADMINISTRATOR = "administrator"
MOST_ROWS = 500  # in one import; a longer file comes in several

commands = Commands()


class SetUpOrganisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give the caller's organisation its name; also to change the name."""

    name: str


@commands.handles("set-up-organisation", roles=[ADMINISTRATOR])
async def set_up_organisation(command: SetUpOrganisation, unit: Unit) -> None:
    command, problems = tidied(command)
    if problems:
        raise UnusableValues(problems)
    await store.take_turn(unit)
    id = unit.organisation_id  # noqa: A001
    organisation = Organisation(id=id, organisation_id=id, name=command.name)
    before = await store.organisations.find(unit, id)
    if before is None:
        await store.organisations.create(unit, organisation, OrganisationChange.SET_UP)
    elif organisation != before:
        await store.organisations.save(unit, organisation, OrganisationChange.CHANGED)


class ImportSites(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open sites, or change those whose code is known; the others stay as they are."""

    sites: Annotated[list[SiteRow], Meta(max_length=MOST_ROWS)]


@commands.handles("import-sites", roles=[ADMINISTRATOR], bulk=True)
async def import_sites(command: ImportSites, unit: Unit) -> Imported:
    rows = Rows(command.sites, key="code")
    await store.take_turn(unit)
    if await store.organisations.find(unit, unit.organisation_id) is None:
        raise OrganisationNotSetUp
    known = await store.sites_by_code(unit, [row.code for _, row in rows])
    decided = decide_sites(rows, known, organisation_id=unit.organisation_id)
    await store.sites.create_all(unit, decided.opened, SiteChange.OPENED)
    await store.sites.save_all(unit, decided.changed, SiteChange.CHANGED)
    return decided.result


class ImportPeople(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take up people from an HR file, managers before their reports; nobody is removed."""

    people: Annotated[list[PersonRow], Meta(max_length=MOST_ROWS)]


@commands.handles("import-people", roles=[ADMINISTRATOR], bulk=True)
async def import_people(command: ImportPeople, unit: Unit) -> Imported:
    rows = Rows(command.people, key="employee_number")
    await store.take_turn(unit)
    known = await store.known_to(unit, [row for _, row in rows])
    decided = decide_people(rows, known, organisation_id=unit.organisation_id, now=unit.now)
    await store.people.create_all(unit, decided.joined, PersonChange.JOINED)
    await store.people.save_all(unit, decided.returned, PersonChange.JOINED)
    await store.people.save_all(unit, decided.changed, PersonChange.CHANGED)
    before = {person.id: person for person in known.people.values()}
    await refresh(unit, [each for each in decided.changed if _has_moved(before[each.id], each)])
    return decided.result


class UpdateProfile(OwnProfile, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change what a person says of herself. What is absent stays as it is."""

    person_id: UUID


@commands.handles("update-profile")
async def update_profile(command: UpdateProfile, unit: Unit) -> None:
    _authorise(unit.caller, command.person_id)
    if command.background is not UNSET:
        _need_self(unit.caller, command.person_id)
    command, problems = tidied(command)
    if problems:
        raise UnusableValues(problems)
    before = await store.people.locked(unit, command.person_id)
    site_time_zone = await store.time_zone_of_site(unit, before.site_id)
    after = edited(before, command, site_time_zone=site_time_zone)
    if after != before:
        await store.people.save(unit, after, PersonChange.CHANGED)
    if _has_moved(before, after):
        await refresh(unit, [after])


class RemovePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that a person no longer works for the organisation."""

    person_id: UUID


@commands.handles("remove-person", roles=[ADMINISTRATOR])
async def remove_person(command: RemovePerson, unit: Unit) -> None:
    before = await store.people.locked(unit, command.person_id)
    await store.people.save(unit, left(before), PersonChange.LEFT)


class ErasePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Forget a person, here and in every other service, for good."""

    person_id: UUID


class ErasureOf(msgspec.Struct, frozen=True, kw_only=True):
    erasure_id: UUID


@commands.handles("erase-person", roles=[ADMINISTRATOR])
async def erase_person(command: ErasePerson, unit: Unit) -> ErasureOf:
    """Who is erased already, or about to be, stays so: there is one erasure of a person."""
    await store.take_turn(unit)
    person_id = command.person_id
    result = ErasureOf(erasure_id=erasure.erasure_id(person_id))
    if await store.erasures.find(unit, result.erasure_id) is not None:
        return result
    version = (await store.people.erase_all(unit, [person_id])).get(person_id)
    if version is None:
        raise NotFound(f"There is no person {person_id}.")
    erased = 1 + await erase_direction(unit, person_id)
    await forget_person(unit, PERSON, person_id, version)
    requested = erasure.request(
        person_id,
        erased=erased,
        organisation_id=unit.organisation_id,
        person_version=version,
        requested_by=unit.caller and unit.caller.person_id,
        services=[topic.publisher for topic in topics_heard_by("profiles")],
        now=unit.now,
    )
    await store.erasures.create(unit, requested, ErasureChange.REQUESTED)
    return result


def _has_moved(before: Person, after: Person) -> bool:
    """Whether something is different of what career paths are made of."""
    return any(getattr(before, field) != getattr(after, field) for field in READ)


def _need_self(caller: Caller | None, person_id: UUID) -> None:
    """Raises NotAllowed."""
    if caller is None or caller.person_id != person_id:
        raise NotAllowed("Only the person says what of their background may be used in matching.")


def _authorise(caller: Caller | None, person_id: UUID) -> None:
    """Raises NotAllowed, and tells nothing of whether there is such a person."""
    if caller is None or not (caller.person_id == person_id or caller.has(ADMINISTRATOR)):
        raise NotAllowed("Only the person, or an administrator, can change a profile.")
