"""The history of a network, as its log has it: people, pairings, sessions, goals, notifications."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from bench.consumers.stage import Record
from chassis.envelope import Envelope
from chassis.ids import new_id
from contracts.catalogue import TOPICS
from contracts.matching import Pairing, PairingChange, PairingStatus, Reason
from contracts.notifications import Notification, NotificationChange, NotificationKind
from contracts.profiles import Person, PersonChange
from contracts.sessions import Goal, GoalChange, Session, SessionChange, SessionStatus

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SKILLS = ("welding", "SQL", "negotiation", "Portuguese law", "public speaking", "robotics")

Life = list[tuple[StrEnum, Any]]  # what happened to one aggregate, and how it stood after each


def events(count: int, organisation_id: UUID, *, seed: int = 1) -> Iterator[tuple[str, Record]]:
    """So many events with their topics, each aggregate's in order, lives mixed with each other."""
    chance = random.Random(seed)
    lives = (_person, _pairing, _session, _session, _goal, _notification, _notification)
    under_way: list[tuple[Life, int]] = []
    for _ in range(count):
        if len(under_way) < 500:
            under_way.append((chance.choice(lives)(organisation_id, chance), 0))
        place = chance.randrange(len(under_way))
        life, done = under_way[place]
        yield _told(*life[done], version=done + 1)
        under_way[place] = (life, done + 1)
        if done + 1 == len(life):
            under_way[place] = under_way[-1]
            under_way.pop()


def _told(change: StrEnum, state: Any, version: int) -> tuple[str, Record]:
    topic = TOPICS[change.value.rpartition(".")[0]]
    envelope = Envelope(
        id=new_id(),
        source=topic.name.partition(".")[0],
        type=change.value,
        subject=state.id,
        time=NOW,
        organisation_id=state.organisation_id,
        version=version,
        actor="service:bench",
        causation_id=new_id(),
        correlation_id=new_id(),
    )
    headers: list[tuple[str, bytes | None]] = [
        (name, text.encode()) for name, text in envelope.headers().items()
    ]
    record = Record(
        key=str(state.id).encode(),
        value=msgspec.json.encode(state),
        headers=headers,
        partition=state.id.int % topic.partitions,
    )
    return topic.name, record


def _person(organisation_id: UUID, chance: random.Random) -> Life:
    number = str(chance.randrange(10**9))
    person = Person(
        id=new_id(),
        organisation_id=organisation_id,
        employee_number=number,
        subject=f"person-{number}",
        email=f"{number}@example.org",
        given_name=chance.choice(("Inês", "Tomás", "Aiko", "Ravi", "Zoë")),
        family_name=f"Family {number}",
        job_title="Engineer",
        site_id=new_id(),
        time_zone="Europe/Lisbon",
        languages=["pt", "en"],
        skills=chance.sample(SKILLS, 3),
        offers_mentoring=chance.random() < 0.3,
        joined_at=NOW,
    )
    changed = msgspec.structs.replace(person, aspiration="To lead a team of my own.")
    return [(PersonChange.JOINED, person), (PersonChange.CHANGED, changed)]


def _pairing(organisation_id: UUID, chance: random.Random) -> Life:
    proposed = Pairing(
        id=new_id(),
        organisation_id=organisation_id,
        programme_id=new_id(),
        mentor_id=new_id(),
        mentee_id=new_id(),
        score=chance.random(),
        reasons=[Reason(criterion="skills", sentence="Offers SQL, which is sought.", share=0.5)],
        proposed_at=NOW,
    )
    accepted = msgspec.structs.replace(proposed, mentor_accepted_at=NOW)
    active = msgspec.structs.replace(
        accepted, mentee_accepted_at=NOW, active_since=NOW, status=PairingStatus.ACTIVE
    )
    return [
        (PairingChange.PROPOSED, proposed),
        (PairingChange.ACCEPTED, accepted),
        (PairingChange.ACTIVATED, active),
    ]


def _session(organisation_id: UUID, chance: random.Random) -> Life:
    id_, mentor_id = new_id(), new_id()
    booked = Session(
        id=id_,
        organisation_id=organisation_id,
        pairing_id=new_id(),
        mentor_id=mentor_id,
        mentee_id=new_id(),
        topic=f"What {chance.choice(SKILLS)} takes",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        booked_by=mentor_id,
        uid=f"{id_}@example.org",
    )
    held = msgspec.structs.replace(booked, status=SessionStatus.HELD)
    return [(SessionChange.SCHEDULED, booked), (SessionChange.HELD, held)]


def _goal(organisation_id: UUID, chance: random.Random) -> Life:
    goal = Goal(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=new_id(),
        title=f"To learn {chance.choice(SKILLS)}",
        set_at=NOW,
    )
    steps = [msgspec.structs.replace(goal, progress=each) for each in (25, 50, 75)]
    return [(GoalChange.SET, goal), *((GoalChange.PROGRESSED, step) for step in steps)]


def _notification(organisation_id: UUID, _: random.Random) -> Life:
    posted = Notification(
        id=new_id(),
        organisation_id=organisation_id,
        person_id=new_id(),
        kind=NotificationKind.PAIRING_PROPOSED,
        title="A mentor for you",
        body="Somebody who has been where you want to go.",
        about_type="matching.pairing",
        about_id=new_id(),
        posted_at=NOW,
    )
    read = msgspec.structs.replace(posted, read_at=NOW)
    return [(NotificationChange.POSTED, posted), (NotificationChange.READ, read)]
