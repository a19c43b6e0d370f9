"""Live updates: GraphQL over WebSockets, by the protocol graphql-transport-ws.

    projector ─ NOTIFY (what changed, and whom it concerns) ─ hearing ─ watches ─┐
    client ─ endpoint ─ socket ─ subscription (what was asked; that it changed) ─┴─ planner ─ bytes

A change is never carried to a client: it only says that a subscription's answer may be another now.
The answer is read anew, as a query is, and sent where it differs from the last. So nothing waits
for a client but the knowledge that something changed.
"""

from gateway.live.endpoint import LiveEndpoint
from gateway.live.hearing import Hearing
from gateway.live.shared import Shared
from gateway.live.watches import Watches

__all__ = ["Hearing", "LiveEndpoint", "Shared", "Watches"]
