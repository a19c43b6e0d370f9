"""The three operations, in each server's own words, and the requests for them."""

import random
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from joserfc.jwk import ECKey

from bench.load import post
from bench.reads.network import Network
from cairn_development.issuer import Wish, issue
from gateway.planner import Plan
from gateway.planner.ids import global_id

HOME, SEARCH, PROFILE = "Q1 home", "Q2 search", "Q3 profile"

RELAY = {
    HOME: """
query Home {
  viewer {
    fullName
    pairings(first: 5, role: MENTEE) {
      edges {
        node {
          id
          mentor { fullName jobTitle site { city } }
          goals(first: 5) { edges { node { title progress } } }
          nextSession { startsAt }
        }
      }
    }
  }
}
""",
    SEARCH: """
query Search($site: ID!) {
  people(first: 20, site: $site, offersMentoring: true) {
    edges { node { id fullName jobTitle skillsOffered capacity site { city } } }
    pageInfo { hasNextPage }
  }
}
""",
    PROFILE: """
query Profile($id: ID!) {
  node(id: $id) { ... on Person { id fullName jobTitle timeZone aspiration } }
}
""",
}

# The same selections under the same names, of the schema that PostGraphile makes of the tables.
POSTGRAPHILE = {
    HOME: """
query Home($organisation: UUID!, $viewer: UUID!) {
  viewer: personByOrganisationIdAndRowId(organisationId: $organisation, rowId: $viewer) {
    fullName
    pairings(first: 5, orderBy: [PROPOSED_AT_DESC, ROW_ID_DESC]) {
      edges {
        node {
          id: rowId
          mentor { fullName jobTitle site { city } }
          goals(first: 5, orderBy: [SET_AT_DESC, ROW_ID_DESC]) {
            edges { node { title progress } }
          }
          nextSession { startsAt }
        }
      }
    }
  }
}
""",
    SEARCH: """
query Search($site: UUID!) {
  people: apiMentors(first: 20, atSite: $site) {
    edges { node { id: rowId fullName jobTitle skillsOffered capacity site { city } } }
    pageInfo { hasNextPage }
  }
}
""",
    PROFILE: """
query Profile($organisation: UUID!, $id: UUID!) {
  node: personByOrganisationIdAndRowId(organisationId: $organisation, rowId: $id) {
    id: rowId fullName jobTitle timeZone aspiration
  }
}
""",
}

VIEWERS = 200  # who ask, in turn
DIFFERENT = 1000  # requests of an operation


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One request, in nobody's words yet."""

    organisation: UUID
    viewer: UUID
    token: str
    site: UUID
    person: UUID

    def relay(self, operation: str) -> bytes:
        variables = {
            HOME: {},
            SEARCH: {"site": global_id("Site", self.site)},
            PROFILE: {"id": global_id("Person", self.person)},
        }
        return self._asked(RELAY[operation], variables[operation])

    def postgraphile(self, operation: str) -> bytes:
        variables = {
            HOME: {"organisation": self.organisation, "viewer": self.viewer},
            SEARCH: {"site": self.site},
            PROFILE: {"organisation": self.organisation, "id": self.person},
        }
        return self._asked(POSTGRAPHILE[operation], variables[operation])

    def variables(self, operation: str) -> Mapping[str, Any]:
        """Those of the Relay document."""
        return msgspec.json.decode(self.relay(operation).partition(b"\r\n\r\n")[2])["variables"]

    def bare(self, operation: str, plan: Plan) -> bytes:
        """The parameters of the plan's statement, for whoever does nothing but run it."""
        row = [self.viewer, False, False, *plan.arguments]
        body = msgspec.json.encode([self.organisation, row])
        return post(f"/{operation[:2]}", body, self._headers())

    def _asked(self, document: str, variables: Mapping[str, Any]) -> bytes:
        body = msgspec.json.encode({"query": document, "variables": variables})
        return post("/graphql", body, self._headers())

    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def wanted(network: Network, key: ECKey, issuer: str) -> Sequence[Wanted]:
    """Requests of different viewers for different things, the same for every server."""
    chance = random.Random(1)
    viewers = [
        (each, issue(Wish(subject=each.subject, organisation=each.organisation_id), key, issuer))
        for each in chance.sample(network.mentees, VIEWERS)
    ]

    def one() -> Wanted:
        viewer, token = chance.choice(viewers)
        return Wanted(
            organisation=network.organisation_id,
            viewer=viewer.id,
            token=token,
            site=chance.choice(network.sites).id,
            person=chance.choice(network.people).id,
        )

    return [one() for _ in range(DIFFERENT)]
