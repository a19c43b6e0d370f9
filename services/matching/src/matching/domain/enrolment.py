"""Enrolments: a person's roles in a programme."""

from msgspec.structs import replace

from chassis.identity import Caller
from chassis.refusals import Invalid, NotAllowed
from contracts.matching import Enrolment, EnrolmentStatus, Programme, Role
from matching.domain.programme import is_coordinator
from matching.refusals import EnrolmentLeft


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
    if enrolment.status is EnrolmentStatus.LEFT:
        raise EnrolmentLeft(f"Enrolment {enrolment.id} has been left already.")
    return replace(enrolment, status=EnrolmentStatus.LEFT, waiting=None)
