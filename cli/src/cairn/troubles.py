"""What keeps a command from doing its work."""


class Trouble(Exception):  # noqa: N818 (it is told to a person, not raised at a programmer)
    """Its text says what is wrong and what to do; the command ends with exit code 2."""
