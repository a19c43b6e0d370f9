"""Programmes: opened, changed and closed by administrators."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict, replace

from chassis.ids import new_id
from chassis.unit import Unit
from contracts.matching import Kind, Mode, Programme, ProgrammeChange, ProgrammeStatus, Rules, Scope
from matching.commands.registry import Name, Text, commands, not_known
from matching.domain.programme import check_sound, need_open, usual_rules
from matching.store import programmes, standing

ADMINISTRATOR = "administrator"

Weight = Annotated[float, Meta(ge=0, le=100)]
Levels = Annotated[int, Meta(ge=-100, le=100)]
ScopeName = Literal["any", "same", "other"]
ModeName = Literal["stable", "network", "choice"]
Attribute = Literal["site", "department", "level"]
KindName = Literal["one-to-one", "circle", "peer", "reverse", "flash"]
Coordinators = Annotated[list[UUID], Meta(max_length=100)]


class RulesGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules that are to be other than they are, or than usual for the kind of programme."""

    common_language: bool | UnsetType = UNSET
    max_hours_apart: Annotated[int, Meta(ge=0, le=12)] | UnsetType | None = UNSET
    min_hours_shared: Annotated[float, Meta(ge=0, le=168)] | UnsetType | None = UNSET
    reporting_steps: Annotated[int, Meta(ge=1, le=20)] | UnsetType = UNSET
    site: ScopeName | UnsetType = UNSET
    department: ScopeName | UnsetType = UNSET
    min_levels_above: Levels | UnsetType | None = UNSET
    max_levels_above: Levels | UnsetType | None = UNSET
    needs_consent: bool | UnsetType = UNSET
    again: bool | UnsetType = UNSET
    weight_skills: Weight | UnsetType = UNSET
    weight_interests: Weight | UnsetType = UNSET
    weight_values: Weight | UnsetType = UNSET
    weight_languages: Weight | UnsetType = UNSET
    weight_hours: Weight | UnsetType = UNSET
    weight_other_site: Weight | UnsetType = UNSET
    weight_aspiration: Weight | UnsetType = UNSET
    weight_path: Weight | UnsetType = UNSET
    weight_working_style: Weight | UnsetType = UNSET
    weight_seniority: Weight | UnsetType = UNSET
    weight_background: Weight | UnsetType = UNSET
    mode: ModeName | UnsetType = UNSET
    parity: Annotated[list[Attribute], Meta(max_length=3)] | UnsetType = UNSET

    def on(self, rules: Rules) -> Rules:
        """The rules with what is given here."""
        values = given(self)
        for name, vocabulary in (("site", Scope), ("department", Scope), ("mode", Mode)):
            if name in values:
                values[name] = vocabulary(str(values[name]))
        return replace(rules, **values)


class OpenProgramme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The kind stays; it says which rules are usual."""

    kind: KindName = "one-to-one"
    name: Name
    purpose: Text = ""
    starts_on: date
    ends_on: date | None = None
    coordinator_ids: Coordinators = []
    rules: RulesGiven = RulesGiven()


@commands.handles("open-programme", roles=[ADMINISTRATOR])
async def open_programme(command: OpenProgramme, unit: Unit) -> None:
    kind = Kind(command.kind)
    programme = Programme(
        id=new_id(),
        organisation_id=unit.organisation_id,
        kind=kind,
        name=command.name.strip(),
        purpose=command.purpose.strip(),
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        coordinator_ids=_once(command.coordinator_ids),
        rules=command.rules.on(usual_rules(kind)),
    )
    check_sound(programme)
    await _need_known(unit, programme.coordinator_ids)
    await programmes.create(unit, programme, ProgrammeChange.OPENED)


class ChangeProgramme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is absent stays as it is, within the rules too."""

    programme_id: UUID
    name: Name | UnsetType = UNSET
    purpose: Text | UnsetType = UNSET
    starts_on: date | UnsetType = UNSET
    ends_on: date | UnsetType | None = UNSET
    coordinator_ids: Coordinators | UnsetType = UNSET
    rules: RulesGiven | UnsetType = UNSET


@commands.handles("change-programme", roles=[ADMINISTRATOR])
async def change_programme(command: ChangeProgramme, unit: Unit) -> None:
    before = await programmes.locked(unit, command.programme_id)
    need_open(before)
    changes = given(command)
    del changes["programme_id"]
    if command.rules is not UNSET:
        changes["rules"] = command.rules.on(before.rules)
    if command.coordinator_ids is not UNSET:
        changes["coordinator_ids"] = _once(command.coordinator_ids)
        await _need_known(unit, set(command.coordinator_ids) - set(before.coordinator_ids))
    after = replace(before, **changes)
    check_sound(after)
    if after != before:
        await programmes.save(unit, after, ProgrammeChange.CHANGED)


class CloseProgramme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nobody comes in and nobody is matched any more; pairings go on to their own ends."""

    programme_id: UUID


@commands.handles("close-programme", roles=[ADMINISTRATOR])
async def close_programme(command: CloseProgramme, unit: Unit) -> None:
    before = await programmes.locked(unit, command.programme_id)
    need_open(before)
    after = replace(before, status=ProgrammeStatus.CLOSED)
    await programmes.save(unit, after, ProgrammeChange.CLOSED)


async def _need_known(unit: Unit, person_ids: Collection[UUID]) -> None:
    known = await standing.known(unit, person_ids)
    for person_id in person_ids:
        if person_id not in known:
            raise not_known(person_id)


def given(command: msgspec.Struct) -> dict[str, Any]:
    return {
        name: value.strip() if isinstance(value, str) else value
        for name, value in asdict(command).items()
        if value is not UNSET
    }


def _once(person_ids: Collection[UUID]) -> list[UUID]:
    return list(dict.fromkeys(person_ids))
