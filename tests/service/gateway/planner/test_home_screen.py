"""The one query that a mentee's home screen makes."""

from typing import Any

import asyncpg

from gateway.planner import global_id
from support.reading.office import SOON, Office

HOME = """
query Home($goals: Int = 10, $withEmail: Boolean!) {
  viewer {
    ...Name
    goals(first: $goals) { edges { node { title status progress dueOn } } }
    mentor {
      ...Name
      email @include(if: $withEmail)
      site { name city localTime }
    }
    nextSession { topic startsAt endsAt mentor { ...Name } }
    notifications(unread: true) {
      totalCount
      edges { node { title kind postedAt readAt about { __typename ... on Pairing { status } } } }
    }
    unreadNotificationCount
    preferences { email muted }
    availability { weekday opens closes }
  }
}
fragment Name on Person { fullName jobTitle }
"""


async def test_it_is_answered_at_once(ask: Any, office: Office) -> None:
    data = await ask(office.viewer(office.ana), HOME, withEmail=True)

    local_time = data["viewer"]["mentor"]["site"].pop("localTime")
    assert local_time[10] == "T"
    assert local_time[19:] in ("+00:00", "+01:00")  # Lisbon in winter and in summer
    moment = SOON.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    assert data["viewer"]["nextSession"].pop("endsAt") > moment
    assert data == {
        "viewer": {
            "fullName": "Ana Silva",
            "jobTitle": "Engineer",
            "goals": {
                "edges": [
                    {
                        "node": {
                            "title": "Lead a team",
                            "status": "OPEN",
                            "progress": 40,
                            "dueOn": "2026-12-31",
                        }
                    }
                ]
            },
            "mentor": {
                "fullName": "Ben Silva",
                "jobTitle": "Engineer",
                "email": "ben@example.com",
                "site": {"name": "Lisboa office", "city": "Lisboa"},
            },
            "nextSession": {
                "topic": "The first hundred days",
                "startsAt": moment,
                "mentor": {"fullName": "Ben Silva", "jobTitle": "Engineer"},
            },
            "notifications": {
                "totalCount": 1,
                "edges": [
                    {
                        "node": {
                            "title": "Ben said yes",
                            "kind": "PAIRING_ACCEPTED",
                            "postedAt": "2026-03-01T09:30:00+00:00",
                            "readAt": None,
                            "about": {"__typename": "Pairing", "status": "ACTIVE"},
                        }
                    }
                ],
            },
            "unreadNotificationCount": 1,
            "preferences": {"email": True, "muted": ["SESSION_MOVED", "FEEDBACK_GIVEN"]},
            "availability": [{"weekday": 2, "opens": "09:30:00", "closes": "11:30:00"}],
        }
    }


async def test_conditions_are_the_requests_own(ask: Any, office: Office) -> None:
    without = await ask(office.viewer(office.ana), HOME, withEmail=False)
    assert list(without["viewer"]["mentor"]) == ["fullName", "jobTitle", "site"]
    with_it = await ask(office.viewer(office.ana), HOME, withEmail=True)
    assert "email" in with_it["viewer"]["mentor"]


async def test_a_word_of_a_newer_producer_is_unknown(
    ask: Any, office: Office, read_model: Any
) -> None:
    connection = await asyncpg.connect(read_model.superuser)
    await connection.execute(
        "update pairings set status = 'hibernating' where id = $1", office.former.id
    )
    await connection.close()
    former = global_id("Pairing", office.former.id)
    data = await ask(
        office.viewer(office.ana),
        "query ($id: ID!) { node(id: $id) { ... on Pairing { status } } }",
        id=former,
    )
    assert data["node"] == {"status": "UNKNOWN"}
