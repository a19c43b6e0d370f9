"""The table of mutations and the services' commands say the same."""

from datetime import date
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from strawberry.types import has_object_definition
from strawberry.types.base import StrawberryList, StrawberryOptional

from chassis.ids import new_id
from chassis.service import Service
from gateway.mutations import MUTATIONS, MutationType
from gateway.mutations.declaring import CLEARS, ID_OF, Mutation
from gateway.mutations.encoding import BadId, Encoder, path_in_input
from gateway.mutations.matching import ChangeProgrammeInput, EnrolPeopleInput
from gateway.planner import global_id
from gateway.schema import build_schema
from matching.main import service as matching
from notifications.main import service as notifications
from profiles.main import service as profiles
from sessions.main import service as sessions

SERVICES: dict[str, Service] = {
    service.name: service for service in (profiles, matching, sessions, notifications)
}


def test_every_command_of_every_service_is_a_mutation() -> None:
    offered = {(s.name, name) for s in SERVICES.values() for name in s.commands.by_name}

    assert {(each.service, each.command) for each in MUTATIONS.values()} == offered


def inner(type_: Any) -> Any:
    while isinstance(type_, StrawberryOptional | StrawberryList):
        type_ = type_.of_type
    return type_


def parts_of(type_: Any) -> set[Any]:
    """The type and every type that it is made of."""
    return {type_}.union(*(parts_of(argument) for argument in get_args(type_)))


def struct_in(type_: Any) -> Any:
    [struct] = [
        part
        for part in parts_of(type_)
        if isinstance(part, type) and issubclass(part, msgspec.Struct)
    ]
    return struct


def check(input_type: Any, body: Any, where: str) -> None:
    """Field by field: the same names; needed, optional and clearable as the command has them."""
    fields = {field.name: field for field in msgspec.structs.fields(body)}
    inputs = {field.python_name: field for field in input_type.__strawberry_definition__.fields}
    assert set(inputs) == set(fields), where
    for name, given in inputs.items():
        field = fields[name]
        needed = not isinstance(given.type, StrawberryOptional)
        assert needed == field.required, f"{where}.{name} is needed by one of the two only"
        clears = field.default is msgspec.UNSET and type(None) in parts_of(field.type)
        assert bool(given.metadata.get(CLEARS)) == clears, f"{where}.{name}: what does null mean?"
        is_id = UUID in parts_of(field.type)
        assert bool(given.metadata.get(ID_OF)) == is_id, f"{where}.{name}: is it an id?"
        nested = inner(given.type)
        if isinstance(nested, type) and has_object_definition(nested):
            check(nested, struct_in(field.type), f"{where}.{name}")


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_an_input_has_the_fields_of_its_command(mutation: Mutation) -> None:
    build_schema(MutationType)
    command = SERVICES[mutation.service].commands.by_name[mutation.command]
    check(mutation.input, command.body, mutation.name)


def test_everything_in_the_schema_is_described() -> None:
    schema: Any = build_schema(MutationType)._schema
    bare = [
        f"{type_.name}.{name}"
        for type_ in schema.type_map.values()
        if not type_.name.startswith("__")
        for name, field in getattr(type_, "fields", {}).items()
        if not field.description
    ]
    bare += [name for name, type_ in schema.type_map.items() if not type_.description]

    assert bare == []


def test_ids_become_uuids_wherever_they_stand() -> None:
    programme, people = new_id(), [new_id(), new_id()]
    encoder = Encoder(EnrolPeopleInput)

    body = encoder.encode(
        {
            "programmeId": global_id("Programme", programme),
            "enrolments": [
                {"personId": global_id("Person", each), "role": "mentee"} for each in people
            ],
        },
        "input",
    )

    assert body["programme_id"] == programme
    assert [each["person_id"] for each in body["enrolments"]] == people


def test_a_wrong_id_is_named_by_its_place() -> None:
    right, wrong = global_id("Person", new_id()), global_id("Site", new_id())
    values = {
        "programmeId": global_id("Programme", new_id()),
        "enrolments": [
            {"personId": right, "role": "mentee"},
            {"personId": wrong, "role": "mentor"},
        ],
    }

    with pytest.raises(BadId, match=r"`input.enrolments\[1\].personId` .* not of a Site"):
        Encoder(EnrolPeopleInput).encode(values, "input")


def test_null_is_an_order_only_where_it_can_be() -> None:
    values = {
        "programmeId": global_id("Programme", new_id()),
        "name": None,
        "endsOn": None,
        "startsOn": date(2026, 1, 31),
        "rules": {"maxHoursApart": None, "weightSkills": None},
    }

    body = Encoder(ChangeProgrammeInput).encode(values, "input")

    assert set(body) == {"programme_id", "ends_on", "starts_on", "rules"}
    assert body["ends_on"] is None
    assert body["rules"] == {"max_hours_apart": None}
    assert b'"starts_on":"2026-01-31"' in msgspec.json.encode(body)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, None),
        ("$", None),
        ("$.pairing_id", "input.pairingId"),
        ("$.people[3].given_name", "input.people[3].givenName"),
    ],
)
def test_paths_are_told_as_the_input_has_them(path: str | None, expected: str | None) -> None:
    assert path_in_input(path) == expected
