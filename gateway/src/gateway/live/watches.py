"""Who follows what: by organisation and id."""

from typing import Protocol
from uuid import UUID

from gateway.announcing import Change


class Follower(Protocol):
    @property
    def tables(self) -> frozenset[str]:
        """Of which it wants to hear."""
        ...

    def changed(self) -> None:
        """Something may have changed of what it follows."""
        ...


class Watches:
    """The followers of a process. An id of another organisation is another id."""

    def __init__(self) -> None:
        self._followers: dict[str, dict[str, set[Follower]]] = {}

    def add(self, organisation_id: UUID, id_: UUID, follower: Follower) -> None:
        of_organisation = self._followers.setdefault(str(organisation_id), {})
        of_organisation.setdefault(str(id_), set()).add(follower)

    def remove(self, organisation_id: UUID, id_: UUID, follower: Follower) -> None:
        of_organisation = self._followers[str(organisation_id)]
        followers = of_organisation[str(id_)]
        followers.discard(follower)
        if not followers:
            del of_organisation[str(id_)]
        if not of_organisation:
            del self._followers[str(organisation_id)]

    def tell(self, change: Change) -> None:
        """Tell those whom it concerns."""
        of_organisation = self._followers.get(change.organisation)
        if of_organisation is None:
            return
        for id_ in change.ids:
            for follower in of_organisation.get(id_, ()):
                if change.table in follower.tables:
                    follower.changed()

    def tell_all(self) -> None:
        """Tell everybody: nobody knows what changed."""
        for of_organisation in self._followers.values():
            for followers in of_organisation.values():
                for follower in followers:
                    follower.changed()
