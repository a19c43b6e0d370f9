"""What is wrong with a file, and where."""

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """About one row of a file. It repeats nothing of what the row says of a person."""

    file: str
    line: int  # the first physical line of the row, from 1
    column: str | None = None
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return where + (f"{self.column}: " if self.column else "") + self.message
