"""One trace from a client's mutation to the letter that follows, through every process between."""

import re
from collections import Counter

import pytest

from contracts.catalogue import TOPICS
from contracts.profiles import PERSON
from support.api import mutation
from support.canaries import Canaries
from support.collector import Collector, Span, way_to
from support.command_line import cairn
from support.ledger import read_log
from support.organisation import uuid_of
from support.running import JSON, RunningPlatform
from support.waiting import eventually

pytestmark = pytest.mark.platform

Way = list[tuple[str, str]]  # (service, span)

BOOKED: Way = [
    ("cairn-gateway", "BookSession"),
    ("cairn-gateway", "send book-session"),
    ("cairn-sessions", "command book-session"),
    ("cairn-sessions", "send sessions.session"),
    ("cairn-notifications", "react tell_of_session"),
]
LEFT: Way = [
    ("cairn-gateway", "RemovePerson"),
    ("cairn-gateway", "send remove-person"),
    ("cairn-profiles", "command remove-person"),
    ("cairn-profiles", "send profiles.person"),
    ("cairn-matching", "react release_leaver"),
    ("cairn-matching", "send matching.pairing"),
]
LEFT_TO_THE_SESSION: Way = [
    *LEFT,
    ("cairn-sessions", "react cancel_coming_sessions"),
    ("cairn-sessions", "send sessions.session"),
    ("cairn-notifications", "react tell_of_session"),
]
DELIVERED = ("cairn-notifications", "deliver email")
POSTED = ("cairn-notifications", "send notifications.notification")


async def complete(collector: Collector, trace_id: str, *, letters: int) -> list[Span]:
    """The trace, once so many letters are delivered and notifications posted, and their ways lead
    to the gateway: processes send their spans when they come to it.
    """

    def delivered() -> list[Span] | None:
        trace = collector.trace(trace_id)
        told = [ways(trace, name) for name in ("deliver email", POSTED[1])]
        whole = all(way[0][0] == "cairn-gateway" for each in told for way in each)
        return trace if whole and [len(each) for each in told] == [letters, letters] else None

    return await eventually(delivered)


def ways(trace: list[Span], name: str) -> list[Way]:
    """To each span of that name, from the one in which the request came in."""
    return sorted(way_to(span, trace) for span in trace if span.name == name)


async def test_a_booking_is_one_trace_to_the_invitations(
    collector: Collector, canaries: Canaries
) -> None:
    trace = await complete(collector, canaries.traces["bookSession"], letters=2)
    assert ways(trace, "deliver email") == [[*BOOKED, DELIVERED]] * 2
    assert ways(trace, POSTED[1]) == [[*BOOKED, POSTED]] * 2


async def test_a_departure_is_one_trace_through_every_service(
    collector: Collector, canaries: Canaries
) -> None:
    """She leaves; so the pairing ends, so its coming session is cancelled; he is told of both."""
    trace = await complete(collector, canaries.traces["removePerson"], letters=2)
    of_the_pairing = [*LEFT, ("cairn-notifications", "react tell_of_pairing"), DELIVERED]
    of_the_session = [*LEFT_TO_THE_SESSION, DELIVERED]
    assert ways(trace, "deliver email") == [of_the_pairing, of_the_session]
    assert len({service for service, _ in of_the_session}) == 5
    enrolments = [*LEFT[:-1], ("cairn-matching", "send matching.enrolment")]
    assert ways(trace, "send matching.enrolment") == [enrolments]


async def test_each_step_shows_its_statements(collector: Collector, canaries: Canaries) -> None:
    trace = await complete(collector, canaries.traces["removePerson"], letters=2)
    statements = [span for span in trace if "db.query.text" in span.attributes]
    at = {way_to(span, trace)[-2]: span for span in statements}
    for step in (LEFT[0], LEFT[2], LEFT[4], *LEFT_TO_THE_SESSION[6::2], DELIVERED):
        assert step in at
    assert {span.attributes["db.system.name"] for span in statements} == {"postgresql"}
    writes = [
        way_to(span, trace)[-2]
        for span in statements
        if span.name == "insert into cairn.outbox" and span.service == "cairn-profiles"
    ]
    assert writes == [("cairn-profiles", "command remove-person")]


async def test_batches_are_traces_of_their_own_with_links(
    collector: Collector, canaries: Canaries
) -> None:
    """So the way of an event into the read model and into copies is found as well."""
    hears = {("cairn-projector", "process sessions.session")} | {
        (f"cairn-{service}", "process profiles.person")
        for service in ("projector", "matching", "notifications")
    }

    def linked() -> bool:
        spans = collector.linked_with(canaries.traces["removePerson"])
        return hears <= {(span.service, span.name) for span in spans if not span.parent}

    await eventually(linked)


async def test_no_span_has_anybodys_words(collector: Collector, canaries: Canaries) -> None:
    await complete(collector, canaries.traces["removePerson"], letters=2)
    sent = b"".join(collector.payloads)
    assert [word for word in canaries.words if word.encode() in sent] == []


async def test_no_span_has_a_token_or_a_password(
    platform: RunningPlatform, collector: Collector, canaries: Canaries
) -> None:
    await complete(collector, canaries.traces["removePerson"], letters=2)
    sent = b"".join(collector.payloads)
    assert [each[:8] for each in platform.secrets if each.encode() in sent] == []
    assert re.findall(rb"eyJ[\w-]{8}", sent) == []  # a JWT, the gateway's own too


@pytest.mark.parametrize("role", ["administrator", "operator"])
async def test_the_trail_shows_causes_and_effects_of_the_same(
    platform: RunningPlatform, canaries: Canaries, role: str
) -> None:
    """From the log alone, long after the trace has gone: `cairn trace`."""
    token = await platform.token(role, canaries.tenant.id, role)
    left = await person_left(platform, canaries)

    async def trail(of: str) -> dict[str, JSON]:
        said = await cairn(platform, "trace", of, "--json", token=token)
        return {each["id"]: each for each in said.json} if said.code == 0 else {}

    async def whole() -> dict[str, JSON] | None:
        found = await trail(left["ce_id"])
        return found if len(found) == 6 else None

    found = await eventually(whole)
    edges = Counter(
        (found[each["causationId"]]["type"], each["type"])
        for each in found.values()
        if each["causationId"] in found
    )
    posted = "notifications.notification.posted"
    assert edges == Counter(
        [
            ("profiles.person.left", "matching.pairing.ended"),
            ("profiles.person.left", "matching.enrolment.left"),
            ("matching.pairing.ended", "sessions.session.cancelled"),
            ("matching.pairing.ended", posted),
            ("sessions.session.cancelled", posted),
        ]
    )
    assert {each["actor"] for each in found.values()} == {
        "subject:administrator",
        *(f"service:{name}" for name in ("matching", "sessions", "notifications")),
    }
    assert {each["correlationId"] for each in found.values()} == {left["ce_correlationid"]}
    assert await trail(left["ce_correlationid"]) == found  # asked by the request

    [cancelled] = [each for each in found.values() if each["type"].endswith("cancelled")]
    types = [each["type"] for each in (await trail(cancelled["id"])).values()]
    causes = ["profiles.person.left", "matching.pairing.ended"]
    assert types == [*causes, "sessions.session.cancelled", posted]


async def test_an_answer_names_the_request_whose_trail_it_began(
    platform: RunningPlatform, canaries: Canaries
) -> None:
    mentor = await canaries.tenant.api(canaries.mentor)
    answer = await mentor.ask(mutation("setGoal"), input={"title": "To be traced"})
    token = await platform.token("operator", canaries.tenant.id, "operator")
    said = await cairn(platform, "trace", answer.headers["x-request-id"], "--json", token=token)
    assert [each["type"] for each in said.json] == ["sessions.goal.set"]


@pytest.mark.parametrize(
    "sent",
    [
        {"traceparent": "no trace at all"},
        {"traceparent": f"ff-{'1' * 32}-{'2' * 16}-01"},
        {"traceparent": f"cc-{'1' * 32}-{'2' * 16}-01-and-more"},
        {"traceparent": f"00-{'0' * 32}-{'0' * 16}-01"},
        {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "tracestate": "vendor=\xe9"},
        {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "tracestate": "v=" + "x" * 16_000},
        {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "baggage": "name=Ines"},
    ],
)
async def test_no_trace_that_a_client_sends_keeps_an_event_from_its_readers(
    platform: RunningPlatform, canaries: Canaries, sent: dict[str, str]
) -> None:
    token = await platform.token(canaries.mentor, canaries.tenant.id)
    headers = {"authorization": f"Bearer {token}", **sent}
    answer = await platform.http.post(
        platform.gateway,
        json={"query": mutation("setGoal"), "variables": {"input": {"title": "Traced"}}},
        headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    )
    assert answer.json()["data"]["setGoal"]["current"], answer.text


async def test_a_member_sees_no_trail(platform: RunningPlatform, canaries: Canaries) -> None:
    left = await person_left(platform, canaries)
    token = await platform.token(canaries.mentor, canaries.tenant.id)
    said = await cairn(platform, "trace", left["ce_id"], token=token)
    assert said.code == 2
    assert "not yours to see" in said.errors


async def person_left(platform: RunningPlatform, canaries: Canaries) -> dict[str, str]:
    """The headers of the event that says that she left."""
    log = await read_log(platform.settings.kafka, TOPICS[PERSON])
    wanted = str(uuid_of(canaries.tenant.ids[canaries.mentee])).encode()
    [left] = [
        headers
        for record in log
        if record.key == wanted
        and (headers := {name: value.decode() for name, value in record.headers})["ce_type"]
        == "profiles.person.left"
    ]
    return left
