"""Requests to mentors: whom a mentee may ask, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.ids import new_id
from chassis.refusals import NotAllowed, Refusal
from contracts.matching import MentorRequest, PairingStatus, Reason, RequestStatus
from contracts.profiles import Visibility
from matching.domain import request as rules
from matching.domain.pairing import Stage, stage_of
from matching.domain.proposal import Mentee, Mentor
from matching.refusals import RequestClosed
from support.participants import participant

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ORGANISATION = uuid4()


def mentor(**changes: Any) -> Mentor:
    usual: dict[str, Any] = {
        "person_id": uuid4(),
        "alive": True,
        "capacity": 1,
        "load": 0,
        "enrolled": True,
        "places": None,
        "taken": 0,
    }
    return Mentor(**usual | changes)


def mentee(**changes: Any) -> Mentee:
    usual: dict[str, Any] = {
        "person_id": uuid4(),
        "alive": True,
        "enrolled": True,
        "paired": False,
    }
    return Mentee(**usual | changes)


def asked(**changes: Any) -> MentorRequest:
    usual: dict[str, Any] = {
        "id": new_id(),
        "organisation_id": ORGANISATION,
        "programme_id": uuid4(),
        "mentee_id": uuid4(),
        "mentor_id": uuid4(),
        "score": 0.5,
        "reasons": [Reason(criterion="skills", sentence="Offers what is sought.", share=0.5)],
        "asked_at": NOW,
        "expires_at": NOW + rules.ANSWER_WITHIN,
    }
    return MentorRequest(**usual | changes)


def refusal(mentor: Mentor | None, mentee: Mentee, **changes: Any) -> str | None:
    usual: dict[str, Any] = {"findable": True, "apart": False, "open_to": set()}
    try:
        rules.check_asking(mentor, mentee, **usual | changes)
    except Refusal as refused:
        return refused.code
    return None


def test_whom_a_mentee_may_ask() -> None:
    assert refusal(mentor(), mentee()) is None
    assert refusal(mentor(), mentee(enrolled=False)) == "not-enrolled"
    assert refusal(mentor(), mentee(paired=True)) == "already-paired"
    assert refusal(mentor(load=1), mentee()) == "no-free-place"


def test_why_a_mentor_is_not_available_is_not_told() -> None:
    told: set[str] = set()
    for who, findable, apart in (
        (None, True, False),
        (mentor(alive=False), True, False),
        (mentor(enrolled=False), True, False),
        (mentor(load=1), True, True),
        (mentor(), True, True),
        (mentor(), False, False),
    ):
        with pytest.raises(Refusal) as refused:
            rules.check_asking(who, mentee(), findable=findable, apart=apart, open_to=set())
        told.add(f"{refused.value.code}: {refused.value.message}")

    assert len(told) == 1


def test_three_may_be_asked_at_once_and_each_of_them_once() -> None:
    one = mentor()
    others = {uuid4() for _ in range(rules.MOST_OPEN)}

    assert refusal(one, mentee(), open_to=others) == "too-many-requests"
    assert refusal(one, mentee(), open_to={one.person_id}) == "already-asked"
    assert refusal(one, mentee(), open_to=set(list(others)[1:])) is None


@pytest.mark.parametrize(
    ("visibility", "same_site", "expected"),
    [
        (Visibility.NETWORK, False, True),
        (Visibility.SITE, True, True),
        (Visibility.SITE, False, False),
        (Visibility.PRIVATE, True, False),
    ],
)
def test_who_keeps_to_themselves_is_not_found(
    visibility: Visibility, same_site: bool, expected: bool
) -> None:
    her = participant(ORGANISATION)
    site = her.site_id if same_site else uuid4()

    found = rules.may_find(participant(ORGANISATION, visibility=visibility, site_id=site), her)

    assert found is expected


def test_an_acceptance_makes_a_pair_that_both_have_said_yes_to() -> None:
    request = asked()
    later = NOW + timedelta(days=2)

    accepted, pairing = rules.accept(request, pairing_id=new_id(), at=later)

    assert (accepted.status, accepted.answered_at) == (RequestStatus.ACCEPTED, later)
    assert accepted.pairing_id == pairing.id
    assert (pairing.status, stage_of(pairing)) == (PairingStatus.ACTIVE, Stage.ACTIVE)
    assert (pairing.mentor_id, pairing.mentee_id) == (request.mentor_id, request.mentee_id)
    assert (pairing.score, pairing.reasons) == (request.score, request.reasons)
    assert pairing.proposed_at == pairing.mentee_accepted_at == NOW
    assert pairing.mentor_accepted_at == pairing.active_since == later


def test_time_does_not_run_backwards_between_two_servers() -> None:
    early = NOW - timedelta(seconds=1)

    assert rules.close(asked(), RequestStatus.DECLINED, at=early).answered_at == NOW


@pytest.mark.parametrize("status", set(RequestStatus) - {RequestStatus.ASKED})
def test_what_is_closed_stays_closed(status: RequestStatus) -> None:
    with pytest.raises(RequestClosed):
        rules.need_asked(asked(status=status))


def test_each_of_the_two_has_their_part() -> None:
    request = asked()
    rules.need_mentor(request, request.mentor_id)
    rules.need_mentee(request, request.mentee_id)
    for stranger in (None, uuid4()):
        with pytest.raises(NotAllowed):
            rules.need_mentor(request, stranger)
    with pytest.raises(NotAllowed):
        rules.need_mentor(request, request.mentee_id)
    with pytest.raises(NotAllowed):
        rules.need_mentee(request, request.mentor_id)
