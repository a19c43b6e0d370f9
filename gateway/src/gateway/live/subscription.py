"""What a client follows."""

from collections.abc import Callable
from uuid import UUID

from chassis.identity import Caller
from gateway.planner import Plan, Planner, read_global_id
from gateway.requests import Parameters


class Subscription:
    """An operation that is answered again and again.

    It keeps what was asked and not its plan, which the planner remembers within a bound. Of what
    was sent it keeps a hash, to know what is news.
    """

    __slots__ = (
        "_operation_name",
        "_sent",
        "_text",
        "_variables",
        "_when_changed",
        "id",
        "size",
        "tables",
        "watched",
    )

    def __init__(
        self,
        id_: str,
        text: str,
        asked: Parameters,
        *,
        plan: Plan,
        caller: Caller,
        size: int,
        when_changed: Callable[["Subscription"], None],
    ) -> None:
        """`size` is what it takes to remember it, in characters."""
        self.id = id_
        self.size = size
        self.tables = plan.statement.tables
        self.watched = _watched(plan, caller)
        self._text = text
        self._operation_name = asked.operation_name
        self._variables = asked.variables
        self._when_changed = when_changed
        self._sent: int | None = None

    def changed(self) -> None:
        self._when_changed(self)

    @property
    def was_told(self) -> bool:
        return self._sent is not None

    def plan(self, planner: Planner) -> Plan:
        return planner.plan(self._text, self._operation_name, self._variables)

    def is_news(self, answer: bytes) -> bool:
        """Whether it differs from the last answer that was."""
        before, self._sent = self._sent, hash(answer)
        return self._sent != before


def _watched(plan: Plan, caller: Caller) -> UUID | None:
    """The id of what is followed: the argument's, or the viewer's own."""
    [call] = plan.calls  # validation saw to it
    given = call.arguments.get("id")
    known = read_global_id(given) if given is not None else None
    return known[1] if known else caller.person_id
