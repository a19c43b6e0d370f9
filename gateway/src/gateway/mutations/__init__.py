"""Every mutation there is: a table, from which the schema and its execution are made."""

from gateway.mutations import direction, matching, notifications, profiles, requests, sessions
from gateway.mutations.declaring import Mutation
from gateway.mutations.schema import mutation_type

MUTATIONS: dict[str, Mutation] = {
    mutation.name: mutation
    for service in (profiles, direction, matching, requests, sessions, notifications)
    for mutation in service.MUTATIONS
}

MutationType = mutation_type(MUTATIONS.values())
