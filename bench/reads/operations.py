"""The three operations, as documents that both servers answer alike."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
from joserfc.jwk import ECKey

from bench.load import post
from bench.reads.network import Network
from cairn_development.issuer import Wish, issue
from gateway.planner.ids import global_id

HOME = """
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
"""
SEARCH = """
query Search($site: ID!) {
  people(first: 20, site: $site, offersMentoring: true) {
    edges { node { id fullName jobTitle skillsOffered capacity site { city } } }
    pageInfo { hasNextPage }
  }
}
"""
PROFILE = """
query Profile($id: ID!) {
  node(id: $id) { ... on Person { id fullName jobTitle timeZone aspiration } }
}
"""
OPERATIONS = {"Q1 home": HOME, "Q2 search": SEARCH, "Q3 profile": PROFILE}
VIEWERS = 200  # who ask, in turn
DIFFERENT = 1000  # requests of an operation


def requests_of(operation: str, network: Network, key: ECKey, issuer: str) -> Sequence[bytes]:
    """Requests of different viewers with different variables, the same for every server."""
    chance = random.Random(operation)
    viewers = chance.sample(network.mentees, VIEWERS)
    tokens = [
        issue(Wish(subject=each.subject, organisation=network.organisation_id), key, issuer)
        for each in viewers
    ]
    return [
        post(
            "/graphql",
            msgspec.json.encode(
                {
                    "query": OPERATIONS[operation],
                    "variables": _variables(operation, network, chance),
                }
            ),
            {"authorization": f"Bearer {chance.choice(tokens)}"},
        )
        for _ in range(DIFFERENT)
    ]


def _variables(operation: str, network: Network, chance: random.Random) -> dict[str, Any]:
    match operation:
        case "Q2 search":
            return {"site": global_id("Site", chance.choice(network.sites).id)}
        case "Q3 profile":
            return {"id": global_id("Person", chance.choice(network.people).id)}
        case _:
            return {}
