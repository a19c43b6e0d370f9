"""Text that PostgreSQL cannot hold, found before it gets there."""

import msgspec


def refuse_unstorable(body: object) -> str | None:
    """A sentence on the first text with a NUL in it, anywhere within; None where there is none.

    (A lone surrogate cannot come out of UTF-8, so the decoder has refused it already.)
    """
    return _search(msgspec.to_builtins(body), "$")


def _search(value: object, path: str) -> str | None:
    match value:
        case str() if "\x00" in value:
            return f"The text at {path} contains the character NUL, which cannot be stored."
        case dict():
            found = (
                _search(name, path) or _search(item, f"{path}.{name}")
                for name, item in value.items()
            )
            return next(filter(None, found), None)
        case list():
            found = (_search(item, f"{path}[{place}]") for place, item in enumerate(value))
            return next(filter(None, found), None)
        case _:
            return None
