"""A statement answers as many requests as its source has rows: each as if it were alone."""

from typing import Any

import asyncpg
import msgspec

from gateway.planner import Planner, global_id
from support.reading.office import Office

TEXT = """query ($id: ID!, $ids: [ID!]!, $first: Int, $site: ID) {
    viewer { fullName goals(first: $first) { totalCount edges { node { title } } } }
    node(id: $id) { id ... on Person { email reports(last: $first) { edges { cursor } } } }
    nodes(ids: $ids) { id }
    people(site: $site, first: $first) { pageInfo { endCursor } edges { node { fullName } } }
}"""


async def test_only_the_source_has_to_change(
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
    (statement,) = {plan._statement for plan in plans}
    alone = [
        await plan.run(connection, viewer) for plan, viewer in zip(plans, viewers, strict=True)
    ]

    assert statement.sql is not None
    answer, _, _ = statement.sql.rpartition("\nfrom (select set_config")
    types = ["uuid", "uuid", "boolean", "boolean", *statement.parameters.types]
    rows = [
        [
            viewer.organisation_id,
            viewer.person_id,
            "administrator" in viewer.roles,
            False,
            *plan._arguments,
        ]
        for plan, viewer in zip(plans, viewers, strict=True)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    arrays = ", ".join(f"${place}::{type_}[]" for place, type_ in enumerate(types, 1))
    values = ", ".join(f"v{place}" for place in range(len(types) - 4))
    together = f"""{answer} from unnest({arrays}) with ordinality as
        q (organisation_id, person_id, administrator, operator, {values}, place) order by place"""
    async with connection.transaction():
        await connection.execute(
            "select set_config('cairn.organisation', $1, true)", str(office.id)
        )
        answers = await connection.fetch(together, *columns)

    assert [answer[0].encode() for answer in answers] == alone
    assert len({msgspec.json.encode(each) for each in alone}) == len(viewers)
