"""The one way to read: a validated operation becomes one SQL statement that answers in JSON.

    planner = Planner(build_schema(mutation=Mutation))       # once; refuses a type nobody may see
    plan = planner.plan(text, operation_name, variables)     # RequestError: nothing has run
    body = await plan.run(connection, viewer)                # b'{"data":{...}}', passed through

The statement sets the tenant itself, so `connection` needs no transaction: any connection of the
application's role, opened with CONNECTION_SETTINGS, will do.

Queries whose plans have the same `statement` and whose viewers are of one tenant can be answered
together, each as it would be alone: `run_shared(connection, [(plan, viewer), ...])`.

**Mutations.** `plan.calls` has the mutation's root fields in the order in which they must be
carried out, with their arguments. Whoever carries them out hands back one `Outcome` for each call,
by its key, and the same statement reads them all:

    for call in plan.calls:
        outcomes[call.key] = Outcome("AcceptPairingPayload", {"pairing": pairing_id})
        # or what was refused:   Outcome("PairingNotOpen", {"code": "…", "message": "…"})
        # or None: null, beside an error that the caller adds with `with_errors`
    body = await plan.run(connection, viewer, outcomes)

A payload and a refusal are plain Strawberry types without a table. Their fields are taken from the
outcome's values by their Python names: scalars, enums, lists and further such types as they are,
and where a field's type is one of the read model's (`pairing: Pairing | None`) the value is its
UUID (or a list of them), and the row is read like any other, behind the same visibility. The type's
name in the outcome decides which member of a union it is.
"""

from gateway.planner.errors import RequestError, with_errors, with_extensions
from gateway.planner.ids import global_id, read_global_id
from gateway.planner.plan import (
    CONNECTION_SETTINGS,
    Call,
    Outcome,
    Plan,
    Planner,
    Viewer,
    run_shared,
)
from gateway.planner.readmodel import SchemaError

__all__ = [
    "CONNECTION_SETTINGS",
    "Call",
    "Outcome",
    "Plan",
    "Planner",
    "RequestError",
    "SchemaError",
    "Viewer",
    "global_id",
    "read_global_id",
    "run_shared",
    "with_errors",
    "with_extensions",
]
