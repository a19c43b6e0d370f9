"""Who reports to whom: a forest, in which nobody is their own manager, however far up."""

from collections.abc import Mapping
from uuid import UUID


class ReportingLines:
    """Each person's manager, as far as it matters to an import."""

    def __init__(self, managers: Mapping[UUID, UUID]) -> None:
        """`managers` has, with a person, everyone above that person too."""
        self._managers = dict(managers)

    def place(self, person_id: UUID, manager_id: UUID) -> bool:
        """Put a person, who has no manager here yet, under a manager; False if that is a circle."""
        above: UUID | None = manager_id
        while above is not None:
            if above == person_id:
                return False
            above = self._managers.get(above)
        self._managers[person_id] = manager_id
        return True
