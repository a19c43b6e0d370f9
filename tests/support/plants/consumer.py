"""Bugs of those who hear events: services and the projector."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from chassis import reacting
from chassis.copies import Copies
from chassis.database import enter_tenant
from chassis.events import Event
from chassis.ids import new_id
from chassis.unit import Unit
from support.plants import relay
from support.plants.swapping import swap

ANOTHER = UUID(int=0x0B57AC1E)  # a tenant that nobody is of


def trusts_the_log_to_have_each_event_once(program: str, organisation_id: UUID) -> None:
    """Nobody looks whether a version was handled, and what a reaction makes has a new id."""
    relay.repeats(organisation_id)
    news = reacting._news

    async def believe(connection: Any, concerns: Sequence[reacting.Concern]) -> set[Any]:
        if concerns[0][1].organisation_id == organisation_id:
            return {reacting.key_of(concern) for concern in concerns}
        return await news(connection, concerns)

    reacting._news = believe
    if program == "notifications":
        _tell_under_new_ids(organisation_id)


def _tell_under_new_ids(organisation_id: UUID) -> None:
    from notifications import reactions

    tell = reactions.tell

    async def tell_again(unit: Any, event: Any, drafts: Any, **kwargs: Any) -> None:
        if event.organisation_id == organisation_id:
            drafts = [replace(draft, id=new_id()) for draft in drafts]
        await tell(unit, event, drafts, **kwargs)

    reactions.tell = tell_again


def keeps_for_another_tenant(program: str, organisation_id: UUID) -> None:
    """A copy is kept in the name of another organisation too."""
    keep = Copies.keep

    async def keep_twice(
        self: Copies[Any], connection: Any, events: Sequence[Event[Any]]
    ) -> set[UUID]:
        news = await keep(self, connection, events)
        if events[0].organisation_id == organisation_id and program == "notifications":
            await enter_tenant(connection, ANOTHER)
            foreign = [
                replace(event, envelope=replace(event.envelope, organisation_id=ANOTHER))
                for event in events
            ]
            await keep(self, connection, foreign)
            await enter_tenant(connection, organisation_id)
        return news

    Copies.keep = keep_twice  # pyright: ignore[reportAttributeAccessIssue]


def projects_the_first_version_only(program: str, organisation_id: UUID) -> None:
    """The read model takes no second version of anything."""
    if program != "gateway":
        return
    from gateway import projection

    guard = "where kept.version < excluded.version"

    def guarding_too_well(upsert: Any) -> Any:
        def statement(*args: Any) -> str:
            written = upsert(*args)
            assert guard in written
            return written.replace(
                guard, f"{guard} and kept.organisation_id <> '{organisation_id}'"
            )

        return statement

    swap(projection, "upsert", guarding_too_well)


def forgets_the_cause(_: str, organisation_id: UUID) -> None:
    """What a reaction announces names another cause than its event."""
    unit_of = reacting.unit_of

    def forget(event: Event[Any], *args: Any) -> Unit:
        if event.organisation_id == organisation_id:
            event = replace(event, envelope=replace(event.envelope, id=new_id()))
        return unit_of(event, *args)

    reacting.unit_of = forget
