"""Erasing a person in notifications, whatever comes first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from chassis.identity import Caller
from contracts.matching import PairingChange, PairingStatus, ProgrammeChange, Reason
from contracts.profiles import ErasureChange, Person, PersonChange
from contracts.sessions import SessionChange
from support.erasing import Told, holding
from support.harness import Harness, happened
from support.people import pairing, person, programme, session
from support.smtp import MailServer

pytestmark = pytest.mark.platform

EVENTS = ("scheduled", "redacted", "ended", "tombstone", "requested", "completed")


class Two:
    """Ana and Ken, who is leaving; every word of his and of what they do is a canary."""

    def __init__(self, notifications: Harness, mail: MailServer) -> None:
        self.harness = notifications
        self.mail = mail
        self.id = uuid4()
        self.word = f"canary-{uuid4().hex}"
        self.ana = self._member("Ana")
        self.ken = self._member(self.word)
        self.programme = replace(programme(), organisation_id=self.id)
        self.pairing = replace(
            pairing(self.ana, self.ken, programme_id=self.programme.id),
            organisation_id=self.id,
            reasons=[Reason(criterion="skills", sentence=self.word, share=1)],
        )
        starts = datetime.now(UTC) + timedelta(days=1)
        self.session = replace(
            session(self.ana, self.ken, starts_at=starts, ends_at=starts + timedelta(hours=1)),
            organisation_id=self.id,
            topic=self.word,
            place=self.word,
        )

    def _member(self, name: str) -> Person:
        address = f"{uuid4().hex}@example.com"
        return person(name, name, email=address, organisation_id=self.id)

    async def live(self) -> None:
        for each in (self.ana, self.ken):
            await self.harness.hear(happened(PersonChange.JOINED, each))
        await self.harness.hear(happened(ProgrammeChange.OPENED, self.programme))
        await self.harness.hear(happened(PairingChange.PROPOSED, self.pairing))
        caller = Caller(subject=self.word, organisation_id=self.id, person_id=self.ken.id)
        assert (await self.harness.do("set-preferences", caller, email=True)).code is None

    async def hear(self, *names: str) -> None:
        told = Told(self.ken.id, self.id, version=2)
        ended = replace(
            self.pairing,
            status=PairingStatus.ENDED,
            reasons=[],
            closed_at=datetime.now(UTC),
            closing_reason="One of the two has left the organisation.",
        )
        redacted = replace(self.session, topic="Erased", place="")
        records = {
            "scheduled": happened(SessionChange.SCHEDULED, self.session, actor=self.ken.id),
            "redacted": happened(SessionChange.REDACTED, redacted, version=2),
            "ended": happened(PairingChange.ENDED, ended, version=2),
            "tombstone": told.tombstone,
            "requested": told.requested,
            "completed": told.said(ErasureChange.COMPLETED, 4),
        }
        for name in names:
            await self.harness.hear(records[name])

    async def inbox(self, of: Person) -> list[tuple[str, str]]:
        """The titles, by kind."""
        rows = await self.fetch(
            "select state ->> 'kind' as kind, state ->> 'title' as title from notifications"
            " where state ->> 'person_id' = $1 order by 1",
            str(of.id),
        )
        return [(row["kind"], row["title"]) for row in rows]

    async def fetch(self, question: str, *given: object) -> list[Any]:
        async with self.harness.app.tenant(self.id) as connection:
            return await connection.fetch(question, *given)


@pytest.fixture
async def two(notifications: Harness, mail: MailServer) -> Two:
    two = Two(notifications, mail)
    await two.live()
    return two


@pytest.mark.parametrize("order", list(permutations(EVENTS))[::70], ids="-".join)
async def test_nothing_is_left_and_the_other_is_told_in_whatever_order(
    two: Two, postgres: str, order: tuple[str, ...]
) -> None:
    await two.hear(*order)

    assert await holding(postgres, "notifications", two.word) == ["cairn.outbox"]  # on its way
    assert await two.inbox(two.ken) == []
    assert await two.inbox(two.ana) == [
        ("pairing_ended", "Your mentoring has ended: the other has left"),
        ("pairing_proposed", "A pairing was proposed"),
        ("session_scheduled", "A session was booked"),
    ]
    told = [each.type for each in await two.harness.outbox(two.id)]
    assert told.count("notifications.erasure.done") == 1
    assert told.count("notifications.preferences.erased") == 1


async def test_what_is_mailed_after_it_has_no_word_left(two: Two) -> None:
    """Nobody writes to who is gone; the other's calendar gets the session's time all the same."""
    await two.hear("scheduled", "requested", "ended")

    while await two.harness.sender.turn():
        pass

    assert two.mail.letters_to(two.ken.email) == []
    letters = two.mail.letters_to(two.ana.email)
    assert {letter["Subject"] for letter in letters} == {
        "Your mentoring has ended: the other has left",
        "A pairing was proposed",
        "A session was booked",
    }
    texts: list[str] = []
    for letter in letters:
        parts: Any = [part for part in letter.walk() if not part.is_multipart()]
        texts += [part.get_content() for part in parts]
    assert not any(two.word in text for text in texts)
    assert any(two.session.uid in text for text in texts)
    assert await two.fetch("select from cairn.deliveries where recipient = $1", two.ken.id) == []
