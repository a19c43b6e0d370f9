"""What a service hears: which copies it keeps, and how it reacts."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from chassis.copies import Copies
from chassis.events import Event
from chassis.unit import Unit

React = Callable[[Event[Any], Unit], Awaitable[None]]
Derive = Callable[[Sequence[Event[Any]], Unit], Awaitable[None]]


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """Something a service does when something happened elsewhere.

    It takes effect once per subject and version. `name` must never change: what was handled is
    remembered by it.
    """

    name: str
    topic: str
    on: frozenset[str]  # event types
    react: React


class Subscription(msgspec.Struct, kw_only=True):
    """All that a service does with one topic."""

    topic: str
    body: type[msgspec.Struct]
    copies: list[Copies[Any]] = []
    derived: list[Derive] = []
    reactions: list[Reaction] = []


class Subscriptions:
    """The topics that a service hears."""

    def __init__(self) -> None:
        self.by_topic: dict[str, Subscription] = {}

    def keeps(self, copies: Copies[Any]) -> None:
        """Keep copies of a topic's aggregates."""
        self._of(copies.topic, copies.state).copies.append(copies)

    def also(self, topic: str, body: type[msgspec.Struct]) -> Callable[[Derive], Derive]:
        """Declare what follows from copies: it runs whenever some were news, tombstones too.

        It gets an organisation's, each subject once, and announces nothing. It must give the same
        result from the same states, since a replay may skip versions.
        """

        def declare(derive: Derive) -> Derive:
            self._of(topic, body).derived.append(derive)
            return derive

        return declare

    def reaction(
        self, topic: str, body: type[msgspec.Struct], *, on: Collection[StrEnum]
    ) -> Callable[[React], React]:
        """Declare a reaction to changes of the given types; the function's name is its name."""

        def declare(react: React) -> React:
            name: str = react.__name__  # pyright: ignore  # a function has one
            reaction = Reaction(
                name=name,
                topic=topic,
                on=frozenset(change.value for change in on),
                react=react,
            )
            self._of(topic, body).reactions.append(reaction)
            return react

        return declare

    @property
    def reactions(self) -> dict[str, Reaction]:
        return {
            reaction.name: reaction
            for subscription in self.by_topic.values()
            for reaction in subscription.reactions
        }

    def _of(self, topic: str, body: type[msgspec.Struct]) -> Subscription:
        return self.by_topic.setdefault(topic, Subscription(topic=topic, body=body))
