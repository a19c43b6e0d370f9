"""An API over a read model that knows of a mentor and a mentee."""

from collections.abc import AsyncGenerator

import pytest

from chassis.database import Database
from contracts.matching import PairingChange
from contracts.profiles import PersonChange, SiteChange
from support import graphql_api
from support.databases import ServiceDatabase
from support.graphql_api import GraphQLApi, project
from support.the_two import INES, MARC, PAIRING, SITE, token


@pytest.fixture(scope="module")
async def everything(read_model: ServiceDatabase, pipe: Database) -> AsyncGenerator[GraphQLApi]:
    await project(pipe, SiteChange.OPENED, SITE)
    for each in (INES, MARC):
        await project(pipe, PersonChange.JOINED, each)
    await project(pipe, PairingChange.PROPOSED, PAIRING)
    async with graphql_api.graphql_api(read_model, pipe, token()) as api:
        yield api


@pytest.fixture
def api(everything: GraphQLApi) -> GraphQLApi:
    everything.services.answers.clear()
    everything.services.requests.clear()
    return everything
