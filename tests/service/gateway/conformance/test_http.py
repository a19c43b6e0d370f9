"""GraphQL over HTTP, by the audits of the specification's reference implementation."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.gateway import RunningGateway
from support.node import run_node
from support.reading.office import Office

HERE = Path(__file__).parent
AUDITS = 61  # of graphql-http 1.23


@pytest.mark.usefixtures("packages")
async def test_every_audit(
    gateway: RunningGateway, office: Office, subtests: pytest.Subtests
) -> None:
    token = gateway.token("Ana", office.id)
    printed = await run_node(HERE / "audits.js", URL=gateway.url, TOKEN=token)
    audits: list[dict[str, Any]] = [msgspec.json.decode(line) for line in printed.splitlines()]

    assert len(audits) == AUDITS
    for audit in audits:
        with subtests.test(f"{audit['id']} {audit['name']}"):
            assert audit["status"] == "ok", f"{audit['reason']}; it was {audit['answered']}"
