"""A container's health: 0 where the address answers well; what it says is in the health's log."""

import sys
from urllib.error import HTTPError
from urllib.request import urlopen

try:
    with urlopen(sys.argv[1], timeout=4) as answer:  # noqa: S310  # the image says what to ask
        print(answer.read().decode())
except HTTPError as refusal:
    sys.exit(refusal.read().decode())
except OSError as error:
    sys.exit(f"no answer: {error}")
