"""What operations are reckoned to cost, before anything of them runs."""

from typing import Any

import pytest
from graphql import get_introspection_query

from gateway.planner import Planner, RequestError

ACCEPT = 'acceptPairing(input: {pairingId: "Pairing:01a20c47-a0e4-72e0-aecc-ff1939a845ec"})'


@pytest.mark.parametrize(
    ("text", "variables", "cost"),
    [
        ("{ __typename }", {}, 1),
        ("{ viewer { id manager { id } } }", {}, 2),
        ("{ people { edges { node { id } } } }", {}, 20),
        ("{ people(first: 7) { edges { node { id site { name } } } } }", {}, 14),
        ("query ($n: Int!) { people(last: $n) { edges { node { id } } } }", {"n": 3}, 3),
        ("{ people { totalCount } }", {}, 20),
        ("{ a: people(first: 1) { edges { cursor } } b: people { totalCount } }", {}, 21),
        (f"mutation {{ a: {ACCEPT} {{ __typename }} b: {ACCEPT} {{ __typename }} }}", {}, 20),
    ],
)
def test_an_operation_costs_the_rows_that_it_may_come_to_and_its_mutations(
    planner: Planner, text: str, variables: dict[str, Any], cost: int
) -> None:
    assert planner.plan(text, None, variables).cost == cost


def test_tools_may_ask_for_the_whole_schema_and_nobody_for_more(planner: Planner) -> None:
    everything = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert planner.plan(everything).cost > 1000

    inner = "types { fields { name type { name } } }"
    aliases = " ".join(f"a{n}: __schema {{ {inner} }}" for n in range(40))
    beside = f"{{ viewer {{ id }} __schema {{ {inner} }} }}"
    for text in (f"{{ {aliases} }}", beside):
        with pytest.raises(RequestError, match="fields of the schema"):
            planner.plan(text)
    planner.plan('{ viewer { id } __type(name: "Person") { fields { name } } }')
