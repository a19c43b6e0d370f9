"""The TypeScript client at a gateway that runs only the documents of its build's manifest."""

from collections.abc import AsyncGenerator

import msgspec
import pytest

from support.databases import ServiceDatabase
from support.gateway import RunningGateway, running_gateway
from support.node import run_node
from support.reading.office import Office
from support.typescript import EXAMPLES, MANIFEST


@pytest.fixture(scope="module")
async def strict(
    typescript: None,
    read_model: ServiceDatabase,
    office: Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[RunningGateway]:
    settings = {"CAIRN_TRUSTED_DOCUMENTS": str(MANIFEST), "CAIRN_ONLY_TRUSTED": "true"}
    folder = tmp_path_factory.mktemp("strict")
    async with running_gateway(read_model, folder, **settings) as gateway:
        yield gateway


async def test_it_asks_by_id(strict: RunningGateway, office: Office) -> None:
    token = strict.token("Ana", office.id)
    printed = await run_node(EXAMPLES / "trusted.js", URL=strict.url, TOKEN=token)
    assert msgspec.json.decode(printed) == {
        "name": "Ana Silva",
        "titles": ["Ben said yes", "You have a match"],
    }


async def test_it_says_what_is_wrong(strict: RunningGateway) -> None:
    with pytest.raises(AssertionError, match="RequestFailed: The access token is not accepted"):
        await run_node(EXAMPLES / "trusted.js", URL=strict.url, TOKEN="none")


async def test_nothing_else_runs(strict: RunningGateway, office: Office) -> None:
    answer = await strict.http.post(
        strict.url,
        json={"query": "{ viewer { email } }"},
        headers={"authorization": f"Bearer {strict.token('Ana', office.id)}"},
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
