"""What is followed over a WebSocket: told at once, told when it changed, and told once."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from chassis.database import Database
from chassis.events import read_event
from chassis.ids import new_id
from contracts import sessions
from contracts.catalogue import TOPICS
from contracts.matching import Pairing, PairingChange, PairingStatus
from contracts.notifications import Notification, NotificationChange, NotificationKind
from contracts.profiles import Person, PersonChange, Standing
from contracts.sessions import Session, SessionChange
from gateway import rates
from gateway.live import Shared, following
from gateway.live.shared import READERS
from gateway.planner import global_id
from gateway.projection import Projection
from support import graphql_api
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, project
from support.harness import erased, happened
from support.live import LiveClient, opened, serving
from support.waiting import eventually

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SESSION = "subscription($id: ID!) { session(id: $id) { topic } }"
PAIRING = """subscription($id: ID!) { pairing(id: $id) { status
    sessions(first: 5) { edges { node { topic } } } } }"""
INBOX = """subscription { inbox(first: 5, unread: true) { totalCount
    edges { node { title } } } }"""
HOME = """subscription { home { fullName unreadNotificationCount
    pairings(first: 5) { edges { node { status } } } } }"""


@dataclass
class Pair:
    """Two people of an organisation of their own, their pairing, and a session of theirs."""

    pipe: Database
    organisation_id: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.ines, self.marc = self.person("ines"), self.person("marc")
        self.pairing = Pairing(
            id=new_id(),
            organisation_id=self.organisation_id,
            programme_id=new_id(),
            mentor_id=self.marc.id,
            mentee_id=self.ines.id,
            proposed_at=NOW,
        )
        self.session = self.a_session("Getting to know each other")
        self.session_id = global_id("Session", self.session.id)
        self.pairing_id = global_id("Pairing", self.pairing.id)

    def person(self, subject: str) -> Person:
        return Person(
            id=new_id(),
            organisation_id=self.organisation_id,
            employee_number=subject,
            subject=subject,
            email=f"{subject}@example.org",
            given_name=subject.title(),
            family_name="Silva",
            job_title="Engineer",
            site_id=new_id(),
            time_zone="Europe/Lisbon",
            joined_at=NOW,
        )

    def a_session(self, topic: str) -> Session:
        return Session(
            id=new_id(),
            organisation_id=self.organisation_id,
            pairing_id=self.pairing.id,
            mentor_id=self.marc.id,
            mentee_id=self.ines.id,
            topic=topic,
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            booked_by=self.ines.id,
            uid=str(new_id()),
        )

    async def exist(self) -> None:
        for person in (self.ines, self.marc):
            await project(self.pipe, PersonChange.JOINED, person)
        await project(self.pipe, PairingChange.PROPOSED, self.pairing)
        await project(self.pipe, SessionChange.SCHEDULED, self.session)

    async def rename(self, topic: str, version: int) -> None:
        """Give the session another topic."""
        renamed = msgspec.structs.replace(self.session, topic=topic)
        await project(self.pipe, SessionChange.MOVED, renamed, version)

    async def notify(self, title: str, **changes: Any) -> Notification:
        usual: dict[str, Any] = {
            "id": new_id(),
            "organisation_id": self.organisation_id,
            "person_id": self.ines.id,
            "kind": NotificationKind.PAIRING_PROPOSED,
            "title": title,
            "body": "",
            "about_type": "matching.pairing",
            "about_id": self.pairing.id,
            "posted_at": NOW,
        }
        notification = Notification(**usual | changes)
        await project(self.pipe, NotificationChange.POSTED, notification)
        return notification

    def token(self, subject: str = "ines", *roles: str, seconds: float = 600) -> str:
        return graphql_api.token(subject, self.organisation_id, *roles, seconds=seconds)


@pytest.fixture(scope="module")
async def api(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    async with graphql_api.graphql_api(read_model, pipe, "") as api:
        yield api


@pytest.fixture(scope="module")
async def address(api: GraphQLApi) -> AsyncGenerator[str]:
    async with serving(api.shared) as address:
        yield address


@pytest.fixture
async def pair(pipe: Database) -> Pair:
    pair = Pair(pipe)
    await pair.exist()
    return pair


@pytest.fixture
async def live(address: str, pair: Pair) -> AsyncGenerator[LiveClient]:
    """Inês's socket."""
    async with opened(address, pair.token()) as live:
        yield live


async def test_a_session_is_told_as_it_stands_and_when_it_changes(
    live: LiveClient, pair: Pair
) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    assert await live.told(id_) == {"session": {"topic": "Getting to know each other"}}

    for version, topic in enumerate(["Goals", "First steps", 'A "quoted" wörd'], start=2):
        await pair.rename(topic, version)
        assert await live.told(id_) == {"session": {"topic": topic}}


async def test_a_pairing_is_followed_with_what_belongs_to_it(live: LiveClient, pair: Pair) -> None:
    id_ = await live.subscribe(PAIRING, id=pair.pairing_id)
    first = {"node": {"topic": pair.session.topic}}
    assert (await live.told(id_))["pairing"] == {
        "status": "PROPOSED",
        "sessions": {"edges": [first]},
    }

    active = msgspec.structs.replace(pair.pairing, status=PairingStatus.ACTIVE)
    await project(pair.pipe, PairingChange.ACTIVATED, active, 2)
    assert (await live.told(id_))["pairing"]["status"] == "ACTIVE"

    await project(pair.pipe, SessionChange.SCHEDULED, pair.a_session("Another"))
    told = (await live.told(id_))["pairing"]["sessions"]["edges"]
    assert sorted(each["node"]["topic"] for each in told) == ["Another", pair.session.topic]


async def test_the_inbox_is_followed(live: LiveClient, pair: Pair) -> None:
    id_ = await live.subscribe(INBOX)
    assert await live.told(id_) == {"inbox": {"totalCount": 0, "edges": []}}

    notification = await pair.notify("A mentor for you")
    titles = [{"node": {"title": "A mentor for you"}}]
    assert await live.told(id_) == {"inbox": {"totalCount": 1, "edges": titles}}

    read = msgspec.structs.replace(notification, read_at=NOW)
    await project(pair.pipe, NotificationChange.READ, read, 2)
    assert await live.told(id_) == {"inbox": {"totalCount": 0, "edges": []}}


async def test_the_home_is_followed_in_all_that_is_the_viewers(
    live: LiveClient, pair: Pair
) -> None:
    id_ = await live.subscribe(HOME)
    home = (await live.told(id_))["home"]
    assert home["fullName"] == "Ines Silva"
    assert home["pairings"]["edges"] == [{"node": {"status": "PROPOSED"}}]

    await pair.notify("A mentor for you")
    assert (await live.told(id_))["home"]["unreadNotificationCount"] == 1
    ended = msgspec.structs.replace(pair.pairing, status=PairingStatus.ENDED)
    await project(pair.pipe, PairingChange.ENDED, ended, 2)
    assert (await live.told(id_))["home"]["pairings"]["edges"] == [{"node": {"status": "ENDED"}}]
    renamed = msgspec.structs.replace(pair.ines, family_name="Souza")
    await project(pair.pipe, PersonChange.CHANGED, renamed, 2)
    assert (await live.told(id_))["home"]["fullName"] == "Ines Souza"


async def test_what_is_no_news_is_not_told(live: LiveClient, pair: Pair) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)

    await pair.rename("Goals", 2)
    assert await live.told(id_) == {"session": {"topic": "Goals"}}
    await pair.rename("Older", 1)  # came late
    await pair.rename("Goals", 2)  # came twice
    moved = msgspec.structs.replace(pair.session, topic="Goals", place="Room 5")
    await project(pair.pipe, SessionChange.MOVED, moved, 3)  # nobody asked for the place
    await project(pair.pipe, SessionChange.SCHEDULED, pair.a_session("Another one"))
    await pair.rename("The next", 4)

    assert await live.told(id_) == {"session": {"topic": "The next"}}


async def test_what_was_not_committed_is_not_told(live: LiveClient, pair: Pair) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)
    renamed = msgspec.structs.replace(pair.session, topic="Never")

    async with pair.pipe.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await apply(connection, happened(SessionChange.MOVED, renamed, version=2))
        await transaction.rollback()
    await pair.rename("Ever", 2)

    assert await live.told(id_) == {"session": {"topic": "Ever"}}


async def test_what_is_erased_is_null(live: LiveClient, pair: Pair) -> None:
    session = await live.subscribe(SESSION, id=pair.session_id)
    pairing = await live.subscribe(PAIRING, id=pair.pairing_id)
    await live.told(session)
    await live.told(pairing)

    tombstone = erased(sessions.SESSION, pair.session.id, pair.organisation_id, 2)
    async with pair.pipe.transaction() as connection:
        await apply(connection, tombstone)

    assert await live.told(session) == {"session": None}
    assert (await live.told(pairing))["pairing"]["sessions"] == {"edges": []}


async def test_what_does_not_exist_yet_is_null_until_it_does(live: LiveClient, pair: Pair) -> None:
    coming = pair.a_session("Soon")
    id_ = await live.subscribe(SESSION, id=global_id("Session", coming.id))
    assert await live.told(id_) == {"session": None}

    await project(pair.pipe, SessionChange.SCHEDULED, coming)
    assert await live.told(id_) == {"session": {"topic": "Soon"}}


async def test_nobody_follows_what_is_not_theirs_to_see(
    address: str, live: LiveClient, pair: Pair, pipe: Database
) -> None:
    """Neither a colleague, nor somebody of another organisation who has guessed the id."""
    await project(pipe, PersonChange.JOINED, pair.person("otto"))
    foreign = Pair(pipe)
    await foreign.exist()
    async with (
        opened(address, pair.token("otto")) as colleague,
        opened(address, foreign.token()) as stranger,
    ):
        followers = [colleague, stranger]
        for each in followers:
            id_ = await each.subscribe(SESSION, id=pair.session_id)
            assert await each.told(id_) == {"session": None}
        mine = await live.subscribe(SESSION, id=pair.session_id)
        await live.told(mine)
        await pair.rename("A secret", 2)
        assert await live.told(mine) == {"session": {"topic": "A secret"}}

        for each in followers:  # had there been a word of it, it would come before this
            query = await each.subscribe("{ viewer { givenName } }")
            message = await each.hear()
            assert (message["id"], message["type"]) == (query, "next")


async def test_who_is_slow_gets_the_last_state_only(
    api: GraphQLApi, live: LiveClient, pair: Pair
) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)
    for _ in range(READERS):
        await api.shared.readers.acquire()
    try:
        await pair.rename("The first", 2)
        await eventually(lambda: waiting(api.shared))
        for version in range(3, 30):
            await pair.rename(f"Version {version}", version)
    finally:
        for _ in range(READERS):
            api.shared.readers.release()

    assert await live.told(id_) == {"session": {"topic": "Version 29"}}
    await pair.rename("The end", 30)
    assert await live.told(id_) == {"session": {"topic": "The end"}}


def waiting(shared: Shared) -> bool:
    """Whether somebody waits to read an update."""
    return bool(shared.readers._waiters)  # pyright: ignore


async def test_who_has_spent_what_they_may_is_told_later(
    read_model: ServiceDatabase, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "WINDOW", 1)
    now = 0.0
    async with (
        graphql_api.graphql_api(read_model, pair.pipe, "", limit=1) as api,
        serving(api.shared) as address,
        opened(address, pair.token()) as live,
    ):
        cost = api.shared.planner.plan(SESSION, None, {"id": pair.session_id}).cost
        api.shared.rates.limit = 2 * cost
        api.shared.rates.clock = lambda: now
        id_ = await live.subscribe(SESSION, id=pair.session_id)
        await live.told(id_)
        await pair.rename("Paid for", 2)
        assert await live.told(id_) == {"session": {"topic": "Paid for"}}

        for version in range(3, 6):
            await pair.rename(f"Version {version}", version)
        assert await live.error(await live.subscribe(INBOX)) == "RATE_LIMITED"
        now = 1.0
        assert await live.told(id_) == {"session": {"topic": "Version 5"}}


async def test_what_was_missed_is_told_when_the_projector_is_heard_again(
    live: LiveClient, pair: Pair, read_model: ServiceDatabase
) -> None:
    session = await live.subscribe(SESSION, id=pair.session_id)
    inbox = await live.subscribe(INBOX)
    await live.told(session)
    await live.told(inbox)
    superuser = await asyncpg.connect(read_model.superuser)
    try:
        await superuser.execute("alter role gateway_app connection limit 0")
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1"
        await superuser.execute(cut, "gateway live")
        await pair.rename("Meanwhile", 2)
    finally:
        await superuser.execute("alter role gateway_app connection limit -1")
        await superuser.close()

    assert await live.told(session) == {"session": {"topic": "Meanwhile"}}
    await pair.notify("A mentor for you")  # of the inbox nothing was told, as it had not changed
    assert (await live.told(inbox))["inbox"]["totalCount"] == 1


async def test_another_read_model_is_looked_at_at_once(
    live: LiveClient, pair: Pair, pipe: Database
) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)
    async with pipe.connection() as connection:
        await connection.execute(
            "update sessions set topic = 'Rebuilt' where id = $1", pair.session.id
        )
        await connection.execute("select pg_notify('changed', '')")

    assert await live.told(id_) == {"session": {"topic": "Rebuilt"}}


async def test_while_nothing_can_be_read_it_is_tried_again(
    api: GraphQLApi, live: LiveClient, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)
    attempts: list[object] = []

    async def away(*arguments: object) -> bytes:
        attempts.append(arguments)
        raise asyncpg.CannotConnectNowError

    monkeypatch.setattr(following, "AGAIN_AFTER", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr(api.shared.operations, "run", away)
        await pair.rename("Goals", 2)
        await eventually(lambda: len(attempts) > 2)

    assert await live.told(id_) == {"session": {"topic": "Goals"}}


async def test_what_fails_for_good_ends_with_an_error(
    api: GraphQLApi, live: LiveClient, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)

    async def fail(*_: object) -> bytes:
        raise ValueError("of ours")

    with monkeypatch.context() as patched:
        patched.setattr(api.shared.operations, "run", fail)
        await pair.rename("Goals", 2)
        assert await live.error(id_) == "INTERNAL"

    await live.say(
        "subscribe", id=id_, payload={"query": SESSION, "variables": {"id": pair.session_id}}
    )
    assert await live.told(id_) == {"session": {"topic": "Goals"}}


async def test_who_leaves_the_organisation_is_hung_up_on(live: LiveClient, pair: Pair) -> None:
    id_ = await live.subscribe(SESSION, id=pair.session_id)
    await live.told(id_)

    left = msgspec.structs.replace(pair.ines, standing=Standing.LEFT)
    await project(pair.pipe, PersonChange.LEFT, left, 2)

    code, reason = await live.ending()
    assert (code, "who you are has changed" in reason) == (4403, True)


async def test_what_is_no_longer_followed_is_not_told(live: LiveClient, pair: Pair) -> None:
    first = await live.subscribe(SESSION, id=pair.session_id)
    second = await live.subscribe(INBOX)
    await live.told(first)
    await live.told(second)

    await live.say("complete", id=first)
    await live.say("ping")
    assert (await live.hear())["type"] == "pong"
    await pair.rename("Goals", 2)
    await pair.notify("A mentor for you")

    message = await live.hear()
    assert (message["id"], message["type"]) == (second, "next")


async def test_what_is_followed_is_forgotten_with_the_socket(
    api: GraphQLApi, address: str, pair: Pair
) -> None:
    async with opened(address, pair.token()) as live:
        for query in (HOME, INBOX):
            await live.told(await live.subscribe(query))
        assert str(pair.organisation_id) in followed(api.shared)

    await eventually(lambda: str(pair.organisation_id) not in followed(api.shared))
    assert not [key for key in api.shared.sockets if key[0] == pair.organisation_id]


def followed(shared: Shared) -> dict[str, Any]:
    return shared.watches._followers  # pyright: ignore


async def apply(connection: Any, record: Any) -> None:
    projection = Projection(TOPICS[record.topic])
    await projection.apply(connection, [read_event(record, projection.decode)])
