"""I3: what follows from an event has followed once: loads, cancellations, notifications, mails."""

from collections import Counter, defaultdict
from datetime import datetime
from uuid import UUID

import msgspec

from cairn_local.programs import WITH_DATABASE
from support.judges.evidence import Evidence
from support.judges.states import living
from support.words import domain_of

# Whom a change is told, apart from who did it: fields of the body.
TOLD = {
    "matching.pairing.proposed": ("mentor_id", "mentee_id"),
    "matching.pairing.activated": ("mentor_id", "mentee_id"),
    "sessions.session.scheduled": ("mentor_id", "mentee_id"),
    "sessions.session.moved": ("mentor_id", "mentee_id"),
}


async def judge_load(evidence: Evidence) -> None:
    """Counters equal the recount from what they count."""
    wrong = await evidence.rows(
        "matching",
        """
        select s.person_id, s.load, s.capacity, count(p.id) as recount
        from person_standing s left join pairings p
            on p.organisation_id = s.organisation_id and p.mentor_id = s.person_id and p.is_open
        where s.organisation_id = $1
        group by 1, 2, 3 having s.load <> count(p.id) or count(p.id) > s.capacity
        """,
        evidence.organisation_id,
    )
    evidence.verdict.expect(
        "I3", not wrong, f"{len(wrong)} mentors have another load than pairings"
    )


def judge_sessions(evidence: Evidence) -> None:
    """A pairing that is closed has no session to come."""
    pairings = living(evidence, "matching.pairing")
    for subject, event in living(evidence, "sessions.session").items():
        session = msgspec.json.decode(event.body or b"")
        pairing = pairings.get(UUID(session["pairing_id"]))
        if session["status"] != "scheduled" or pairing is None:
            continue
        closed_at = msgspec.json.decode(pairing.body or b"")["closed_at"]
        evidence.verdict.expect(
            "I1",
            closed_at is None
            or datetime.fromisoformat(session["starts_at"]) < datetime.fromisoformat(closed_at),
            f"session {subject} is to come, but its pairing {session['pairing_id']} is closed",
        )


async def judge_parked(evidence: Evidence) -> None:
    """Nothing was put aside: no fault that passes is an event's own."""
    for service in WITH_DATABASE:
        parked = await evidence.rows(
            service,
            "select topic, reaction, reason from cairn.dead_letters where organisation_id = $1",
            evidence.organisation_id,
        )
        evidence.verdict.expect(
            "I1", not parked, f"{service} parked {[tuple(row) for row in parked[:3]]}"
        )


def judge_notifications(evidence: Evidence) -> None:
    """Whoever is to be told of a change is told once, of each one, and of nothing else."""
    expect = evidence.verdict.expect
    told: dict[str, Counter[UUID]] = defaultdict(Counter)
    for event in evidence.events:
        if event.type == "notifications.notification.posted" and event.body is not None:
            person = UUID(msgspec.json.decode(event.body)["person_id"])
            told[str(event.causation)][person] += 1
    for event in evidence.events:
        if event.body is not None and (fields := TOLD.get(event.type)):
            body = msgspec.json.decode(event.body)
            due = {UUID(body[name]) for name in fields} - evidence.erased
            missing = due - set(told[event.id])
            expect("I1", not missing, f"{event.type} {event.id} was not told to {missing}")
    for cause, people in told.items():
        twice = [person for person, times in people.items() if times > 1]
        expect("I3", not twice, f"{twice} were told more than once of {cause}")


async def judge_mails(evidence: Evidence, *, senders_died: int) -> None:
    """Each mail that counts as sent has arrived, once under its Message-ID.

    But for one exception: a sender that dies after sending and before marking sends again.
    """
    expect = evidence.verdict.expect
    rows = await evidence.rows(
        "notifications",
        "select id, outcome from cairn.deliveries where organisation_id = $1",
        evidence.organisation_id,
    )
    arrived: Counter[str] = Counter()
    for mail in evidence.platform.mails():
        if any(domain_of(evidence.organisation_id) in each for each in mail.recipients):
            identity = dict(mail.headers)["Message-ID"]
            arrived[identity.strip("<>").partition("@")[0]] += 1
    sent = {str(row["id"]) for row in rows if row["outcome"] == "sent"}
    expect("I1", sent <= set(arrived), f"{len(sent - set(arrived))} mails did not arrive")
    unplanned = set(arrived) - {str(row["id"]) for row in rows}
    # Of somebody who was erased since, deliveries are forgotten.
    expect(
        "I3",
        evidence.erased or not unplanned,
        f"{len(unplanned)} mails arrived that nobody planned",
    )
    again = arrived.total() - len(arrived)
    most = senders_died * 8  # deliveries that a sender has under way
    expect("I3", again <= most, f"{again} mails arrived again, {senders_died} senders died")
    settled = all(row["outcome"] in ("sent", "suppressed") for row in rows)
    expect("I1", settled, "a delivery is not settled")
