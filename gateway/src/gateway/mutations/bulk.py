"""What a bulk command answers: how many rows came to what, and what is wrong with the others."""

import strawberry

from gateway.mutations.declaring import Shown, counted, problems


@strawberry.type(description="What is wrong with a row of the input.")
class RowProblem:
    row: int = strawberry.field(description="The row's place in the input, from 0.")
    field: str = strawberry.field(description="The field, as the input calls it.")
    message: str = strawberry.field(description="What is wrong, and what was expected.")


CREATED = counted("created", "How many are new.")
UNCHANGED = counted("unchanged", "How many were so already; nothing was written for them.")
REFUSED = problems("refused", RowProblem, "The rows that were not taken, and why: the others were.")

COUNTS: dict[str, Shown] = {
    "created": CREATED,
    "changed": counted("changed", "How many were known, and are different now."),
    "unchanged": UNCHANGED,
    "refused": REFUSED,
    "warned": problems(
        "warned", RowProblem, "The rows that were taken, but without the field named."
    ),
}
