"""What goes wrong is told in a sentence, and nothing secret is in it."""

import pytest

from cairn.client import Client, Refused
from cairn.documents import START_MATCHING_RUN
from cairn.options import Connection
from cairn.troubles import Trouble

from .conftest import Gateway, Reply


def test_without_a_token() -> None:
    with pytest.raises(Trouble, match="CAIRN_TOKEN"):
        Client(Connection())


def test_nobody_answers() -> None:
    nowhere = Connection(gateway="http://127.0.0.1:1/graphql", token="secret")
    with Client(nowhere, patience=0.2) as client, pytest.raises(Trouble) as trouble:
        client.query("{ viewer { id } }")
    assert "does not answer" in str(trouble.value)
    assert "secret" not in str(trouble.value)


def test_an_address_that_is_none() -> None:
    nowhere = Connection(gateway="localhost", token="t")
    with Client(nowhere) as client, pytest.raises(Trouble, match="localhost is no address"):
        client.query("{ viewer { id } }")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ((401, {}), "does not accept the token"),
        ((200, {"errors": [{"message": "no such field"}]}), "no such field"),
        ((200, ["odd"]), "does not answer as a GraphQL API"),
    ],
)
def test_an_answer_that_is_none(gateway: Gateway, reply: Reply, says: str) -> None:
    gateway.replies.append(reply)
    with Client(gateway.connection) as client, pytest.raises(Trouble, match=says):
        client.query("{ viewer { id } }")


def test_a_refusal_keeps_its_code(gateway: Gateway) -> None:
    refused = {"__typename": "NotAllowed", "code": "not-allowed", "message": "Only coordinators."}
    gateway.replies.append((200, {"data": {"startMatchingRun": refused}}))
    with Client(gateway.connection) as client, pytest.raises(Refused, match=r"Only coord") as found:
        client.command(START_MATCHING_RUN, input={"programmeId": "p"})
    assert found.value.code == "not-allowed"
