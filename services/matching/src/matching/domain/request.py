"""A mentee's request to a mentor: whom she may ask, and what becomes of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from chassis.refusals import NotAllowed
from contracts.matching import (
    MentorRequest,
    Pairing,
    PairingStatus,
    RequestStatus,
)
from contracts.profiles import Person, Visibility
from matching.domain.proposal import Mentee, Mentor, check_mentee
from matching.refusals import (
    AlreadyAsked,
    MentorNotAvailable,
    NoFreePlace,
    RequestClosed,
    TooManyRequests,
)

MOST_OPEN = 3  # of one mentee in one programme
ANSWER_WITHIN = timedelta(days=14)


def may_find(mentor: Person, mentee: Person) -> bool:
    """Whether the mentor lets the mentee find them."""
    return mentor.visibility is Visibility.NETWORK or (
        mentor.visibility is Visibility.SITE and mentor.site_id == mentee.site_id
    )


def check_asking(
    mentor: Mentor | None,
    mentee: Mentee,
    *,
    findable: bool,
    apart: bool,
    open_to: Collection[UUID],
) -> None:
    """`open_to` are the mentors who have yet to answer her; `apart`: not to be matched.

    Why a mentor is not available is not told: it may be a wish that they have in confidence.
    Raises PersonLeft, NotEnrolled, AlreadyPaired, AlreadyAsked, TooManyRequests,
    MentorNotAvailable or NoFreePlace.
    """
    check_mentee(mentee)
    if mentor is not None and mentor.person_id in open_to:
        raise AlreadyAsked("You have asked this mentor, and they have yet to answer.")
    if len(open_to) >= MOST_OPEN:
        raise TooManyRequests(
            f"{len(open_to)} mentors have yet to answer you in this programme, and {MOST_OPEN} may"
            " be asked at once; wait, or withdraw one of your requests."
        )
    if mentor is None or not (mentor.alive and mentor.enrolled and findable) or apart:
        raise MentorNotAvailable(
            "This mentor cannot be asked in this programme at present; choose another."
        )
    if not mentor.free_places:
        raise NoFreePlace("This mentor has no free place at present; choose another.")


def need_asked(request: MentorRequest) -> None:
    """Raises RequestClosed."""
    if request.status is not RequestStatus.ASKED:
        raise RequestClosed(f"Request {request.id} is {request.status}; nothing can be done now.")


def need_mentor(request: MentorRequest, person_id: UUID | None) -> None:
    """Raises NotAllowed."""
    if person_id != request.mentor_id:
        raise NotAllowed(f"Only the mentor who was asked may answer request {request.id}.")


def need_mentee(request: MentorRequest, person_id: UUID | None) -> None:
    """Raises NotAllowed."""
    if person_id != request.mentee_id:
        raise NotAllowed(f"Only the mentee who asked may withdraw request {request.id}.")


def close(
    request: MentorRequest, status: RequestStatus, *, at: datetime, answer: str = ""
) -> MentorRequest:
    return replace(request, status=status, answered_at=max(at, request.asked_at), answer=answer)


def accept(
    request: MentorRequest, *, pairing_id: UUID, at: datetime
) -> tuple[MentorRequest, Pairing]:
    """Both have said yes: the request as it was accepted, and their pairing."""
    closed = close(request, RequestStatus.ACCEPTED, at=at)
    answered_at = closed.answered_at
    pairing = Pairing(
        id=pairing_id,
        organisation_id=request.organisation_id,
        programme_id=request.programme_id,
        mentor_id=request.mentor_id,
        mentee_id=request.mentee_id,
        status=PairingStatus.ACTIVE,
        score=request.score,
        reasons=request.reasons,
        proposed_at=request.asked_at,
        mentee_accepted_at=request.asked_at,
        mentor_accepted_at=answered_at,
        active_since=answered_at,
    )
    return replace(closed, pairing_id=pairing_id), pairing
