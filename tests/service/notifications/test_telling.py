"""From what is heard to the inbox and the mail server, on the real database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from chassis.identity import Caller
from chassis.ids import new_id
from contracts.matching import PairingChange, PairingStatus, ProgrammeChange
from contracts.notifications import NotificationKind
from contracts.profiles import Person, PersonChange, Standing
from contracts.sessions import Feedback, FeedbackChange, SessionChange, SessionStatus
from support.harness import Harness, Heard, Told, happened
from support.people import pairing, person, programme, session
from support.smtp import MailServer

pytestmark = pytest.mark.platform


class Network:
    """Two people of an organisation of their own, of whom notifications has heard."""

    def __init__(self, notifications: Harness, mail: MailServer) -> None:
        self.harness = notifications
        self.mail = mail
        self.organisation_id = uuid4()
        self.ana = self.member("Ana", "Luz", languages=["en-GB"])
        self.ken = self.member("Ken", "Sato", time_zone="Asia/Tokyo")
        self.programme = replace(programme(), organisation_id=self.organisation_id)
        self.pairing = replace(
            pairing(self.ana, self.ken, programme_id=self.programme.id),
            organisation_id=self.organisation_id,
        )
        soon = datetime.now(UTC) + timedelta(days=1)
        self.session = replace(
            session(self.ana, self.ken, starts_at=soon, ends_at=soon + timedelta(hours=1)),
            organisation_id=self.organisation_id,
        )

    def member(self, given: str, family: str, **fields: Any) -> Person:
        address = f"{given.lower()}.{uuid4().hex[:8]}@example.com"
        organisation = self.organisation_id
        return person(given, family, email=address, organisation_id=organisation, **fields)

    async def arrive(self) -> "Network":
        await self.hear(PersonChange.JOINED, self.ana)
        await self.hear(PersonChange.JOINED, self.ken)
        await self.hear(ProgrammeChange.OPENED, self.programme)
        return self

    async def hear(self, *args: Any, **options: Any) -> Heard:
        record = happened(*args, **options)
        await self.harness.hear(record)
        return record

    async def send(self) -> None:
        """Carry out every delivery that is due."""
        while await self.harness.sender.turn():
            pass

    async def posted(self, to: Person | None = None) -> list[Told]:
        told = await self.harness.outbox(self.organisation_id)
        return [
            each
            for each in told
            if each.type == "notifications.notification.posted"
            and (to is None or each.state["person_id"] == str(to.id))
        ]

    async def deliveries(self) -> list[tuple[str | None, str | None]]:
        async with self.harness.app.tenant(self.organisation_id) as connection:
            rows = await connection.fetch(
                "select outcome, failure from cairn.deliveries order by planned_at"
            )
        return [(row["outcome"], row["failure"]) for row in rows]

    def letters(self, to: Person) -> list[Any]:
        return self.mail.letters_to(to.email)

    def caller(self, who: Person) -> Caller:
        return Caller(subject="any", organisation_id=self.organisation_id, person_id=who.id)

    async def prefer(self, who: Person, **wishes: Any) -> str | None:
        return (await self.harness.do("set-preferences", self.caller(who), **wishes)).code


@pytest.fixture
async def network(notifications: Harness, mail: MailServer) -> Network:
    mail.refuses.clear()
    mail.refuses_letters = None
    return await Network(notifications, mail).arrive()


def invitation(letter: Any) -> Any:
    [part] = [each for each in letter.walk() if each.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    return calendar["method"], calendar.walk("VEVENT")[0]


async def test_a_booked_session_is_in_both_inboxes_and_both_calendars(network: Network) -> None:
    heard = await network.hear(SessionChange.SCHEDULED, network.session, actor=network.ken.id)
    await network.send()

    for reader, other in ((network.ana, "Ken Sato"), (network.ken, "Ana Luz")):
        [told] = await network.posted(reader)
        assert (told.state["kind"], told.version) == ("session_scheduled", 1)
        assert str(told.causation_id).encode() == dict(heard.headers)["ce_id"]
        [letter] = network.letters(reader)
        assert letter["Subject"] == f"Session with {other}: Your first hundred days"
        assert told.state["title"] == letter["Subject"]
        method, entry = invitation(letter)
        assert (method, entry["uid"]) == ("REQUEST", network.session.uid)
    assert await network.deliveries() == [("sent", None)] * 2


async def test_an_event_that_comes_again_tells_nobody_twice(network: Network) -> None:
    record = happened(SessionChange.SCHEDULED, network.session)

    for _ in range(3):
        await network.harness.hear(record)
    async with network.harness.app.tenant(network.organisation_id) as connection:
        await connection.execute("delete from cairn.handled")  # a replay that is forced
    await network.harness.hear(record)
    await network.send()

    assert len(await network.posted()) == 2
    assert len(network.letters(network.ana)) == 1


async def test_what_arrives_before_the_people_waits_for_them(
    notifications: Harness, mail: MailServer
) -> None:
    network = Network(notifications, mail)
    await network.hear(PairingChange.PROPOSED, network.pairing)
    assert await network.posted() == []

    await network.arrive()
    for _ in range(3):
        await network.harness.room.turn()
    await network.send()

    assert len(await network.posted()) == 2
    [letter] = network.letters(network.ken)
    assert letter["Subject"] == "We found you a mentor: Ana Luz"


async def test_a_story_of_a_pairing_reaches_the_right_people(network: Network) -> None:
    steps = [
        (PairingChange.PROPOSED, "service:matching"),
        (PairingChange.ACCEPTED, network.ana.id),
        (PairingChange.ACTIVATED, network.ken.id),
        (PairingChange.PAUSED, network.ken.id),
        (PairingChange.RESUMED, network.ana.id),
        (PairingChange.COMPLETED, network.ana.id),
    ]
    for version, (change, actor) in enumerate(steps, start=1):
        await network.hear(change, network.pairing, version=version, actor=actor)
    await network.hear(PairingChange.RESTATED, network.pairing, version=7)
    await network.send()

    async def kinds(who: Person) -> list[str]:
        told = [each.state["kind"].removeprefix("pairing_") for each in await network.posted(who)]
        return sorted(told)

    assert await kinds(network.ana) == sorted(["proposed", "activated", "paused", "completed"])
    assert await kinds(network.ken) == sorted(
        ["proposed", "accepted", "activated", "resumed", "completed"]
    )
    assert len(network.letters(network.ana)) == 3  # not of what she did herself
    assert len(network.letters(network.ken)) == 4


async def test_feedback_waits_for_its_session(network: Network) -> None:
    feedback = Feedback(
        id=new_id(),
        organisation_id=network.organisation_id,
        session_id=network.session.id,
        pairing_id=network.session.pairing_id,
        author_id=network.ken.id,
        about_id=network.ana.id,
        rating=5,
        given_at=datetime.now(UTC),
    )
    await network.hear(FeedbackChange.GIVEN, feedback, actor=network.ken.id)
    assert await network.posted() == []

    held = replace(network.session, status=SessionStatus.HELD, sequence=1)
    await network.hear(SessionChange.HELD, held, version=2, actor=network.ana.id)
    await network.harness.room.turn()

    assert "feedback_given" in [each.state["kind"] for each in await network.posted(network.ana)]


async def test_who_wishes_no_mail_reads_it_in_the_inbox(network: Network) -> None:
    assert await network.prefer(network.ana, email=False) is None
    assert await network.prefer(network.ken, muted=[NotificationKind.SESSION_SCHEDULED]) is None

    await network.hear(SessionChange.SCHEDULED, network.session)
    await network.send()

    assert len(await network.posted()) == 2
    assert await network.deliveries() == []


async def test_preferences_and_standing_are_looked_up_again_before_sending(
    network: Network,
) -> None:
    await network.hear(SessionChange.SCHEDULED, network.session)
    await network.prefer(network.ana, email=False)
    left = replace(network.ken, standing=Standing.LEFT)
    await network.hear(PersonChange.LEFT, left, version=2)
    await network.send()

    assert sorted(await network.deliveries()) == [
        ("suppressed", "the recipient does not wish it"),
        ("suppressed", "the recipient has left"),
    ]
    assert network.letters(network.ana) == network.letters(network.ken) == []


async def test_calendars_get_the_newest_plan_only(network: Network) -> None:
    await network.hear(SessionChange.SCHEDULED, network.session)
    cancelled = replace(network.session, status=SessionStatus.CANCELLED, sequence=1)
    await network.hear(SessionChange.CANCELLED, cancelled, version=2, actor=network.ken.id)
    await network.send()

    outcomes = [outcome for outcome, _ in await network.deliveries()]
    assert sorted(outcomes, key=str) == ["sent", "sent", "suppressed", "suppressed"]
    [letter] = network.letters(network.ana)
    method, entry = invitation(letter)
    assert (method, entry["sequence"], entry["status"]) == ("CANCEL", 1, "CANCELLED")


async def test_a_refusal_for_good_is_given_up_with_its_reason(network: Network) -> None:
    network.mail.refuses[network.ana.email] = "550 5.1.1 no such user"
    await network.hear(SessionChange.SCHEDULED, network.session)
    await network.send()

    assert sorted(await network.deliveries()) == [
        ("abandoned", "the mail server refuses the recipient (550)"),
        ("sent", None),
    ]
    network.mail.refuses_letters = "554 looks like spam"
    await network.hear(SessionChange.HELD, network.session, version=2)
    await network.send()
    assert ("abandoned", "the mail server refuses the letter (554)") in await network.deliveries()


async def test_a_refusal_for_now_is_tried_again_with_the_same_message_id(
    network: Network,
) -> None:
    network.mail.refuses[network.ana.email] = "451 4.7.1 greylisted, come back later"
    await network.hear(SessionChange.SCHEDULED, network.session)
    await network.send()
    assert (None, "SMTPRecipientsRefused") in await network.deliveries()

    network.mail.refuses.clear()
    await _make_due(network)
    await network.send()
    [first] = network.letters(network.ana)
    await _make_due(network, settled=True)  # as when a sender died before it marked it
    await network.send()

    assert await network.deliveries() == [("sent", None)] * 2
    _, second = network.letters(network.ana)
    assert first["Message-ID"] == second["Message-ID"]


async def _make_due(network: Network, *, settled: bool = False) -> None:
    async with network.harness.app.tenant(network.organisation_id) as connection:
        await connection.execute(
            "update cairn.deliveries set due_at = now(), settled_at = null, outcome = null"
            " where settled_at is null or $1",
            settled,
        )


async def test_an_inbox_is_read_by_its_owner_alone(network: Network) -> None:
    await network.hear(SessionChange.SCHEDULED, network.session)
    [mine] = await network.posted(network.ana)
    [theirs] = await network.posted(network.ken)
    ana = network.caller(network.ana)

    async def mark(*ids: str | UUID) -> str | None:
        return (await network.harness.do("mark-read", ana, notification_ids=ids)).code

    assert await mark(mine.state["id"], theirs.state["id"]) == "not-found"
    assert await mark(mine.state["id"], uuid4()) == "not-found"
    assert await mark() == "invalid-command"
    assert [each.type for each in await _changes(network)] == []

    assert await mark(mine.state["id"], mine.state["id"]) is None
    assert await mark(mine.state["id"]) is None
    [read] = await _changes(network)
    assert (read.type, read.version) == ("notifications.notification.read", 2)
    assert read.state["read_at"] is not None
    assert read.state["title"] == mine.state["title"]


async def _changes(network: Network) -> list[Told]:
    told = await network.harness.outbox(network.organisation_id)
    return [each for each in told if not each.type.endswith(".posted")]


async def test_preferences_change_by_what_is_named(network: Network) -> None:
    kinds = [NotificationKind.SESSION_HELD, NotificationKind.PAIRING_PAUSED] * 2

    assert await network.prefer(network.ana, muted=kinds) is None
    assert await network.prefer(network.ana, email=False) is None
    assert await network.prefer(network.ana, email=False) is None
    assert await network.prefer(network.ana, muted=["no_such_kind"]) == "invalid"
    assert await network.prefer(network.member("No", "Body"), email=True) == "not-yet-known"

    first, second = await _changes(network)
    assert (first.version, second.version) == (1, 2)
    assert second.state["id"] == str(network.ana.id)
    assert second.state["email"] is False
    assert second.state["muted"] == sorted(set(kinds))


async def test_a_declined_proposal_tells_the_other_and_nobody_of_another_tenant(
    network: Network, notifications: Harness, mail: MailServer
) -> None:
    elsewhere = await Network(notifications, mail).arrive()
    declined = replace(network.pairing, status=PairingStatus.DECLINED)

    await network.hear(PairingChange.DECLINED, declined, actor=network.ana.id)

    [told] = await network.posted()
    assert told.state["person_id"] == str(network.ken.id)
    assert await elsewhere.posted() == []
