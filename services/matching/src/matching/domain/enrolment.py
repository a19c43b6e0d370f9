"""Enrolments: a person's roles in a programme."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from chassis.identity import Caller
from chassis.refusals import Invalid, NotAllowed
from contracts.matching import Enrolment, EnrolmentStatus, Programme, Role
from matching.domain.programme import is_coordinator
from matching.refusals import EnrolmentLeft, IllegalTransition, NotEnrolled


def check_capacity(role: Role, capacity: int | None) -> None:
    """Raises Invalid where a mentee is given a mentor's capacity."""
    if capacity is not None and role is not Role.MENTOR:
        raise Invalid("Only a mentor has a capacity; leave it out for a mentee.")


def need_self_or_coordinator(programme: Programme, person_id: object, caller: Caller) -> None:
    """Raises NotAllowed."""
    if caller.person_id != person_id and not is_coordinator(programme, caller):
        raise NotAllowed(
            f"Only the person themselves, a coordinator of programme {programme.id} or an"
            " administrator may do this."
        )


def leave(enrolment: Enrolment) -> Enrolment:
    """Raises EnrolmentLeft."""
    need_taking_part(enrolment)
    return replace(enrolment, status=EnrolmentStatus.LEFT, waiting=None)


def need_self(enrolment: Enrolment, caller: Caller) -> None:
    """Raises NotAllowed."""
    if caller.person_id != enrolment.person_id:
        raise NotAllowed("Only the person themselves may do this; nobody can do it for them.")


def need_taking_part(enrolment: Enrolment) -> None:
    """Raises EnrolmentLeft."""
    if enrolment.status is EnrolmentStatus.LEFT:
        raise EnrolmentLeft(f"Enrolment {enrolment.id} has been left already.")


def consent(enrolment: Enrolment, *, at: datetime) -> Enrolment:
    """They want to be matched; since when they said so first. Raises EnrolmentLeft."""
    need_taking_part(enrolment)
    return replace(enrolment, consented_at=enrolment.consented_at or at)


def withdraw_consent(enrolment: Enrolment) -> Enrolment:
    """Raises EnrolmentLeft."""
    need_taking_part(enrolment)
    return replace(enrolment, consented_at=None)


def pause(enrolment: Enrolment) -> Enrolment:
    """Raises EnrolmentLeft, IllegalTransition."""
    need_taking_part(enrolment)
    if enrolment.status is not EnrolmentStatus.ACTIVE:
        raise IllegalTransition(f"Enrolment {enrolment.id} is {enrolment.status} already.")
    return replace(enrolment, status=EnrolmentStatus.PAUSED, waiting=None)


def resume(enrolment: Enrolment) -> Enrolment:
    """Raises EnrolmentLeft, IllegalTransition."""
    need_taking_part(enrolment)
    if enrolment.status is not EnrolmentStatus.PAUSED:
        raise IllegalTransition(f"Enrolment {enrolment.id} is not paused; it is active.")
    return replace(enrolment, status=EnrolmentStatus.ACTIVE)


def check_ranked(enrolment: Enrolment, person_ids: Sequence[UUID]) -> None:
    """Raises Invalid for a list with somebody twice, or with the person themselves."""
    if len(set(person_ids)) < len(person_ids):
        raise Invalid("Somebody is on the list twice; name everybody once.")
    if enrolment.person_id in person_ids:
        raise Invalid("The list is of others; leave out the person whose it is.")


def not_there(person_id: UUID, role: Role) -> NotEnrolled:
    return NotEnrolled(
        f"Person {person_id} cannot be ranked: they do not take part in this programme as a"
        f" {role}, or keep to themselves."
    )


def need_role(enrolment: Enrolment, role: Role) -> None:
    """Raises NotEnrolled."""
    if enrolment.role is not role:
        raise NotEnrolled(f"Enrolment {enrolment.id} is not one of a {role}.")
