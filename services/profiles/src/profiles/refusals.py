"""What the rules of profiles refuse."""

from collections.abc import Sequence
from uuid import UUID

from chassis.refusals import Invalid, Refusal
from profiles.domain.values import Problem


class OrganisationNotSetUp(Refusal, code="organisation-not-set-up"):
    def __init__(self) -> None:
        super().__init__("The organisation has no name yet: set it up first.")


class PersonLeft(Refusal, code="person-left"):
    def __init__(self, person_id: UUID) -> None:
        super().__init__(
            f"Person {person_id} has left the organisation; only an import brings them back."
        )


class UnusableValues(Invalid):
    """Values of the right type that cannot be used; `path` leads to the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.path = f"$.{problems[0].field}"


class UnknownOccupation(Refusal, code="unknown-occupation"):
    def __init__(self) -> None:
        super().__init__(
            "The taxonomy has no such occupation: its ids are the URIs that `occupations` answers."
        )


class RoadmapFull(Refusal, code="roadmap-full"):
    """There are as many as there can be; take one away first."""
