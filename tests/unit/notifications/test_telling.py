"""Who is told what."""

from uuid import uuid4

import pytest

from chassis.ids import new_id
from contracts.matching import (
    Certificate,
    MatchingRun,
    MentorRequest,
    PairingChange,
    PairingStatus,
    RequestChange,
    RunChange,
    RunStatus,
)
from contracts.notifications import Notification, NotificationKind, Preferences
from contracts.profiles import Standing
from contracts.sessions import Feedback, FeedbackChange, SessionChange, SessionStatus
from notifications.domain import audience, telling
from notifications.texts import STORIES
from support.people import NOW, ORGANISATION, event, pairing, person, programme, session

ANA = person("Ana", "Luz", languages=["pt-PT", "en"])
KEN = person("Ken", "Sato", time_zone="Asia/Tokyo", languages=["ja"])
FIRST_STEPS = programme()


def told_of_pairing(change: PairingChange, *, by: object, **state: object) -> list[Notification]:
    heard = event(change, pairing(ANA, KEN, **state), by=str(by))
    return telling.of_pairing(heard, ANA, KEN, FIRST_STEPS, now=NOW)


def readers(notifications: list[Notification]) -> set[str]:
    names = {ANA.id: "mentor", KEN.id: "mentee"}
    return {names[each.person_id] for each in notifications}


def test_every_kind_is_told_by_one_change() -> None:
    kinds = [story.kind for story in STORIES.values()]

    assert set(kinds) == set(NotificationKind) - {NotificationKind.UNKNOWN}
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("change", [change for change in PairingChange if change in STORIES])
def test_a_change_of_a_pairing_by_one_tells_the_other_by_mail(change: PairingChange) -> None:
    heard = event(change, pairing(ANA, KEN), by=ANA.id)

    told = telling.of_pairing(heard, ANA, KEN, FIRST_STEPS, now=NOW)

    assert "mentee" in readers(told)
    mailed = {
        each.person_id
        for each in told
        if audience.is_mailed(
            heard,
            each.person_id,
            Preferences(id=each.person_id, organisation_id=ORGANISATION),
        )
    }
    assert mailed == ({ANA.id, KEN.id} if change is PairingChange.PROPOSED else {KEN.id})
    for each in told:
        assert "{" not in each.title + each.body
        assert (each.about_type, each.about_id) == ("matching.pairing", heard.subject)


@pytest.mark.parametrize("change", [change for change in PairingChange if change in STORIES])
def test_a_change_of_a_pairing_by_the_platform_tells_both(change: PairingChange) -> None:
    assert readers(told_of_pairing(change, by="service:matching")) == {"mentor", "mentee"}


def test_a_proposal_says_why_and_speaks_to_each_of_the_two() -> None:
    to_mentor, to_mentee = told_of_pairing(PairingChange.PROPOSED, by="service:matching")

    assert to_mentor.title == "Ken Sato is looking for a mentor like you"
    assert to_mentee.title == "We found you a mentor: Ana Luz"
    assert to_mentee.body.splitlines()[1:] == ["You both speak Portuguese."]
    assert FIRST_STEPS.name in to_mentee.body


def test_an_end_tells_its_reason_and_a_decline_keeps_it() -> None:
    closed = {"status": PairingStatus.ENDED, "closing_reason": "A new\nrole."}

    [ended] = told_of_pairing(PairingChange.ENDED, by=ANA.id, **closed)
    [declined] = told_of_pairing(PairingChange.DECLINED, by=ANA.id, **closed)

    assert ended.body.endswith("\nReason: A new role.")
    assert "role" not in declined.body


def test_who_has_left_is_not_told() -> None:
    gone = person("Gil", "Paz", standing=Standing.LEFT)
    heard = event(PairingChange.ENDED, pairing(gone, KEN))

    told = telling.of_pairing(heard, gone, KEN, FIRST_STEPS, now=NOW)

    assert [each.person_id for each in told] == [KEN.id]
    assert "Gil Paz" in told[0].title


def test_a_session_is_told_in_each_readers_time_and_language() -> None:
    heard = event(SessionChange.SCHEDULED, session(ANA, KEN))

    to_ana, to_ken = telling.of_session(heard, ANA, KEN, now=NOW)

    assert to_ana.title == "Session with Ken Sato: Your first hundred days"
    assert to_ana.body.splitlines()[1:] == [
        "When: quarta-feira, 25 de novembro de 2026, 09:00\N{EN DASH}10:00 (Europe/Lisbon)",
        "Where: Room 4.12",
    ]
    assert "2026年11月25日水曜日, 18:00\N{EN DASH}19:00 (Asia/Tokyo)" in to_ken.body


def test_a_cancelled_session_gives_its_reason_and_no_place() -> None:
    heard = event(
        SessionChange.CANCELLED,
        session(ANA, KEN, status=SessionStatus.CANCELLED, closing_reason="Ill, sorry."),
        by=KEN.id,
    )

    told = telling.of_session(heard, ANA, KEN, now=NOW)

    assert readers(told) == {"mentor", "mentee"}
    assert told[0].body.splitlines()[2:] == ["Reason: Ill, sorry."]


def test_after_a_session_both_are_asked_and_who_recorded_it_gets_no_mail() -> None:
    heard = event(SessionChange.HELD, session(ANA, KEN, status=SessionStatus.HELD), by=ANA.id)
    wishes = [Preferences(id=each.id, organisation_id=ORGANISATION) for each in (ANA, KEN)]

    assert readers(telling.of_session(heard, ANA, KEN, now=NOW)) == {"mentor", "mentee"}
    assert [audience.is_mailed(heard, wish.id, wish) for wish in wishes] == [False, True]


def test_feedback_tells_whom_it_is_about_and_keeps_the_comment() -> None:
    held = session(ANA, KEN)
    feedback = Feedback(
        id=new_id(),
        organisation_id=ORGANISATION,
        session_id=held.id,
        pairing_id=held.pairing_id,
        author_id=KEN.id,
        about_id=ANA.id,
        rating=5,
        comment="secret",
        given_at=NOW,
    )

    [told] = telling.of_feedback(
        event(FeedbackChange.GIVEN, feedback, by=KEN.id), ANA, KEN, held, now=NOW
    )

    assert (told.person_id, told.title) == (ANA.id, "Ken Sato gave you feedback")
    assert "secret" not in told.body


def test_a_run_tells_who_asked_for_it_what_came_of_it() -> None:
    run = MatchingRun(
        id=new_id(),
        organisation_id=ORGANISATION,
        programme_id=FIRST_STEPS.id,
        status=RunStatus.COMPLETED,
        requested_by=ANA.id,
        requested_at=NOW,
        certificate=Certificate(
            mentees=900,
            mentors=300,
            places=600,
            proposed=600,
            unmatched=300,
            mean_score=0.7,
            lowest_score=0.2,
            first_choices=100,
            blocking_pairs=0,
            seconds=1.5,
        ),
    )

    [told] = telling.of_run(event(RunChange.COMPLETED, run, by=ANA.id), ANA, FIRST_STEPS, now=NOW)

    assert told.title == "First steps: matching is done"
    assert told.body.splitlines()[1:] == [
        "Pairs proposed: 600",
        "Mentees who took part: 900",
        "Mentors with a free place: 300",
        "Mentees still without a mentor: 300",
    ]


@pytest.mark.parametrize(
    ("change", "by", "reader", "words"),
    [
        (RequestChange.ASKED, KEN.id, "mentor", ["“Would you?”", "You both speak Portuguese."]),
        (RequestChange.DECLINED, ANA.id, "mentee", ["“Ask Gil.”"]),
        (RequestChange.EXPIRED, "service:matching", "mentee", ["“Ask Gil.”"]),
    ],
)
def test_of_a_request_the_one_who_waits_for_it_is_told(
    change: RequestChange, by: object, reader: str, words: list[str]
) -> None:
    asked = pairing(ANA, KEN)
    request = MentorRequest(
        id=new_id(),
        organisation_id=ORGANISATION,
        programme_id=FIRST_STEPS.id,
        mentee_id=KEN.id,
        mentor_id=ANA.id,
        message="Would you?",
        answer="Ask Gil.",
        reasons=asked.reasons,
        asked_at=NOW,
        expires_at=NOW,
    )

    told = telling.of_request(event(change, request, by=str(by)), ANA, KEN, FIRST_STEPS, now=NOW)

    assert readers(told) == {reader}
    assert told[0].body.splitlines()[1:] == words
    assert "{" not in told[0].title + told[0].body


def test_what_people_wrote_is_a_value_never_a_template() -> None:
    hostile = session(ANA, KEN, topic="{other} {0} {topic.__class__}\r\nBcc: all@example.com")

    [told, _] = telling.of_session(event(SessionChange.SCHEDULED, hostile), ANA, KEN, now=NOW)

    assert told.title.endswith(": {other} {0} {topic.__class__} Bcc: all@example.com")


def test_the_same_event_makes_the_same_notification() -> None:
    heard = event(SessionChange.SCHEDULED, session(ANA, KEN))

    once, again = (telling.of_session(heard, ANA, KEN, now=NOW) for _ in range(2))

    assert once == again
    assert once[0].id != once[1].id


@pytest.mark.parametrize(
    ("wishes", "wanted"),
    [
        ({}, True),
        ({"email": False}, False),
        ({"muted": [NotificationKind.SESSION_MOVED]}, False),
        ({"muted": [NotificationKind.SESSION_HELD]}, True),
    ],
)
def test_preferences_decide_what_comes_by_mail(wishes: dict[str, object], wanted: bool) -> None:
    preferences = Preferences(id=uuid4(), organisation_id=ORGANISATION, **wishes)  # pyright: ignore

    assert audience.wants_mail(preferences, NotificationKind.SESSION_MOVED) is wanted
