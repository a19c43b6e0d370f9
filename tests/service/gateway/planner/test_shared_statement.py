"""A statement answers as many requests as its source has rows: each as if it were alone."""

from typing import Any

import asyncpg

from gateway.planner import Planner, global_id, run_shared
from support.reading.office import Office

TEXT = """query ($id: ID!, $ids: [ID!]!, $first: Int, $site: ID) {
    viewer { fullName goals(first: $first) { totalCount edges { node { title } } } }
    node(id: $id) { id ... on Person { email reports(last: $first) { edges { cursor } } } }
    nodes(ids: $ids) { id }
    people(site: $site, first: $first) { pageInfo { endCursor } edges { node { fullName } } }
}"""


async def test_several_requests_at_once(
    planner: Planner, connection: asyncpg.Connection, office: Office
) -> None:
    viewers = [
        office.viewer(office.ana),
        office.viewer(office.fay),
        office.viewer(office.dan, "administrator"),
        office.viewer(None),
    ]
    requests: list[dict[str, Any]] = [
        {
            "id": global_id("Person", person.id),
            "ids": [global_id("Person", person.id), global_id("Person", office.dan.id)],
            "first": place + 1,
            "site": global_id("Site", site.id),
        }
        for place, (person, site) in enumerate(
            [
                (office.ben, office.lisbon),
                (office.ana, office.kolkata),
                (office.eve, office.lisbon),
                (office.cleo, office.kolkata),
            ]
        )
    ]
    plans = [planner.plan(TEXT, None, variables) for variables in requests]
    assert len({plan.statement for plan in plans}) == 1
    alone = [
        await plan.run(connection, viewer) for plan, viewer in zip(plans, viewers, strict=True)
    ]

    together = await run_shared(connection, list(zip(plans, viewers, strict=True)))

    assert together == alone
    assert len(set(alone)) == len(viewers)
