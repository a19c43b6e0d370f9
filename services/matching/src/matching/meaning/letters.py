"""Texts by their letters: what is compared where no model understands them.

Texts are close that share long words, or parts of them, whatever the language. Two that say the
same in other words are not: this is no meaning, and nobody is told that it is.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from matching.meaning.encoder import WIDTH, Numbers

SHORTEST = 4  # letters of a word that counts: the short ones hold sentences together
PARTS = range(3, 6)  # letters that are looked at together

_WORD = re.compile(r"\w+")


def encode(texts: Sequence[str]) -> Numbers:
    """A unit vector for each text, in their order; zeros where it has no long word."""
    found = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in zip(found, texts, strict=True):
        for part, times in Counter(_parts(text)).items():
            drawn = zlib.crc32(part.encode())
            sign = 1 if drawn & 1 else -1
            row[(drawn >> 1) % WIDTH] += sign * (1 + math.log(times))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.divide(found, lengths, out=found, where=lengths > 0)


def _parts(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        if len(word) < SHORTEST:
            continue
        bounded = f" {word} "
        for size in PARTS:
            for start in range(len(bounded) - size + 1):
                yield bounded[start : start + size]
