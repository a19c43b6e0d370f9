"""Mutations are read as queries are: what came of each call, and the rows that it speaks of."""

from typing import Any

from gateway.planner import Outcome, Planner, global_id
from support.reading.office import Office

ACCEPT = """
mutation Accept($id: ID!, $other: ID!) {
  __typename
  mine: acceptPairing(input: {pairingId: $id}, idempotencyKey: "k") { ...Result }
  theirs: acceptPairing(input: {pairingId: $other}) { ...Result }
  lost: declinePairing(input: {pairingId: $id, reason: "no time"}) { __typename }
  read: markRead(input: {notificationIds: [$id]}) {
    ... on MarkReadPayload { notifications { title } }
  }
  people: importPeople(input: {people: []}) {
    ... on ImportPeoplePayload { created refused { row field message } }
  }
}
fragment Result on AcceptPairingResult {
  __typename
  ... on AcceptPairingPayload { current pairing { id status mentor { fullName } } }
  ... on Refusal { code message }
  ... on Busy { retryAfter }
}
"""


async def test_outcomes_become_the_answer(ask: Any, planner: Planner, office: Office) -> None:
    pairing = global_id("Pairing", office.pairing.id)
    plan = planner.plan(ACCEPT, None, {"id": pairing, "other": pairing})
    assert [(call.key, call.name) for call in plan.calls] == [
        ("mine", "acceptPairing"),
        ("theirs", "acceptPairing"),
        ("lost", "declinePairing"),
        ("read", "markRead"),
        ("people", "importPeople"),
    ]
    assert plan.calls[0].arguments == {"input": {"pairingId": pairing}, "idempotencyKey": "k"}

    outcomes = {
        "mine": Outcome("AcceptPairingPayload", {"pairing": office.pairing.id, "current": True}),
        "theirs": Outcome("Busy", {"code": "busy", "message": 'Ask "later"', "retry_after": 2}),
        "lost": None,
        "read": Outcome(
            "MarkReadPayload", {"notifications": [office.told.id, office.id, office.read.id]}
        ),
        "people": Outcome(
            "ImportPeoplePayload",
            {"created": 3, "refused": [{"row": 1, "field": "email", "message": "No @ in it."}]},
        ),
    }
    data = await ask(office.viewer(office.ana), ACCEPT, outcomes, id=pairing, other=pairing)

    assert data == {
        "__typename": "Mutation",
        "mine": {
            "__typename": "AcceptPairingPayload",
            "current": True,
            "pairing": {
                "id": pairing,
                "status": "ACTIVE",
                "mentor": {"fullName": "Ben Silva"},
            },
        },
        "theirs": {
            "__typename": "Busy",
            "code": "busy",
            "message": 'Ask "later"',
            "retryAfter": 2,
        },
        "lost": None,
        "read": {"notifications": [{"title": "Ben said yes"}, None, {"title": "You have a match"}]},
        "people": {
            "created": 3,
            "refused": [{"row": 1, "field": "email", "message": "No @ in it."}],
        },
    }


async def test_a_payload_shows_no_more_than_a_query_would(ask: Any, office: Office) -> None:
    pairing = global_id("Pairing", office.pairing.id)
    text = """mutation ($id: ID!) { acceptPairing(input: {pairingId: $id}) {
        ... on AcceptPairingPayload { pairing { id } } } }"""
    outcomes = {"acceptPairing": Outcome("AcceptPairingPayload", {"pairing": office.pairing.id})}
    data = await ask(office.viewer(office.fay), text, outcomes, id=pairing)
    assert data == {"acceptPairing": {"pairing": None}}
