"""The GraphQL documents that the command line sends."""

_REFUSAL = "... on Refusal { code message }"
_COUNTS = """
      created changed unchanged refused { row field message } warned { row field message }"""

IMPORT_SITES = f"""
mutation ImportSites($input: ImportSitesInput!, $key: String) {{
  importSites(input: $input, idempotencyKey: $key) {{
    __typename
    ... on ImportSitesPayload {{ {_COUNTS} }}
    {_REFUSAL}
  }}
}}
"""

IMPORT_PEOPLE = f"""
mutation ImportPeople($input: ImportPeopleInput!, $key: String) {{
  importPeople(input: $input, idempotencyKey: $key) {{
    __typename
    ... on ImportPeoplePayload {{ {_COUNTS} }}
    {_REFUSAL}
  }}
}}
"""

START_MATCHING_RUN = f"""
mutation StartMatchingRun($input: StartMatchingRunInput!, $key: String) {{
  startMatchingRun(input: $input, idempotencyKey: $key) {{
    __typename
    ... on StartMatchingRunPayload {{ matchingRun {{ id status }} }}
    {_REFUSAL}
  }}
}}
"""

MATCHING_RUN = """
query MatchingRun($id: ID!) {
  node(id: $id) {
    ... on MatchingRun {
      id
      status
      failure
      certificate {
        mentees mentors places proposed unmatched meanScore lowestScore firstChoices blockingPairs
        seconds
      }
    }
  }
}
"""

EVENT_TRAIL = """
query EventTrail($id: ID!) {
  eventTrail(id: $id) {
    id type source subject version time actor causationId correlationId
  }
}
"""
