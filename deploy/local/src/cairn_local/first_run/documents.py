"""What is asked of the API on the first start."""

from typing import Any

_REFUSAL = "... on Refusal { code message }"


def mutation(name: str, shown: str = "current") -> str:
    """A mutation by its name, with what is shown of its payload."""
    type_name = name[0].upper() + name[1:]
    return f"""
    mutation {type_name}($input: {type_name}Input!, $key: String) {{
      {name}(input: $input, idempotencyKey: $key) {{
        __typename
        ... on {type_name}Payload {{ {shown} }}
        {_REFUSAL}
      }}
    }}"""


ACCEPT_PAIRING = mutation("acceptPairing", "pairing { id status }")
BOOK_SESSION = mutation("bookSession", "session { id startsAt }")
ENROL_PEOPLE = mutation("enrolPeople", "created unchanged refused { row field message }")
GIVE_FEEDBACK = mutation("giveFeedback")
OPEN_PROGRAMME = mutation("openProgramme", "programme { id }")
RECORD_SESSION = mutation("recordSession", "session { id status }")
SET_GOAL = mutation("setGoal", "goal { id }")
SET_UP_ORGANISATION = mutation("setUpOrganisation")
START_MATCHING_RUN = mutation("startMatchingRun", "matchingRun { id }")
UPDATE_GOAL = mutation("updateGoal")

HEAD_COUNT = "query HeadCount { people(first: 1) { totalCount } }"

VIEWER_ID = "query ViewerId { viewer { id } }"

PROGRAMMES = "query Programmes { programmes(first: 100) { edges { node { id name } } } }"

PEOPLE_BY_WISH = """
query PeopleByWish($offers: Boolean, $seeks: Boolean, $after: Cursor) {
  people(offersMentoring: $offers, seeksMentoring: $seeks, first: 100, after: $after) {
    edges { node { id } }
    pageInfo { hasNextPage endCursor }
  }
}"""

RUN = """
query Run($id: ID!) {
  node(id: $id) {
    ... on MatchingRun {
      status
      failure
      certificate { proposed mentees unmatched meanScore firstChoices blockingPairs seconds }
    }
  }
}"""

PROPOSALS = """
query Proposals($id: ID!, $after: Cursor) {
  programme(id: $id) {
    pairings(status: PROPOSED, first: 100, after: $after) {
      edges {
        node {
          id
          score
          mentor { id employeeNumber fullName site { id city } }
          mentee { id employeeNumber fullName site { id city } skillsSought }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""

TOLD = """
query Told {
  viewer { notifications(first: 50) { edges { node { kind } } } }
}"""

# The query that `make up` prints: a mentee's whole screen in one answer.
HOME = """query Home {
  viewer {
    fullName
    jobTitle
    site { name }
    localTime
    aspiration
    goals(first: 5) { edges { node { title progress dueOn } } }
    mentor {
      fullName
      jobTitle
      site { name city }
      localTime
    }
    nextSession { topic startsAt place }
    unreadNotificationCount
    notifications(unread: true, first: 3) {
      edges { node { kind title postedAt } }
    }
  }
}"""


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]
