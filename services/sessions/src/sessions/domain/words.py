"""What people write."""

from chassis.refusals import Invalid


def one_line(text: str, what: str) -> str:
    """The text with each run of white space made one space.

    Raises Invalid where nothing is left.
    """
    line = " ".join(text.split())
    if not line:
        raise Invalid(f"The {what} is empty.")
    return line
