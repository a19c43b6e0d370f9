"""How often a skill is found by another name for it, among all skills of ESCO."""

import random
import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.meaning import basis, letters, minilm
from matching.meaning.texts import Kind
from taxonomy import taxonomy

ASKED = 1500
AT_ONCE = 256
BUCKETS = 8192  # of the peer: TF-IDF of n-grams of 2 to 4 letters
PARTS = range(2, 5)

Vectors = NDArray[np.float32]


class Found(msgspec.Struct, kw_only=True):
    """The shares of names whose skill was the nearest, or among the nearest five."""

    first: float
    first_five: float


def measure() -> dict[str, Found]:
    """By each way of comparing."""
    files = minilm.folder()
    assert files is not None, "make setup installs the model"
    skills, names, truth = _labels()
    model = minilm.MiniLM(files).encode
    ways: dict[str, tuple[Vectors, Vectors]] = {
        "model, 384 dimensions": (_encoded(model, skills), _encoded(model, names)),
        "letters, 384 dimensions": (letters.encode(skills), letters.encode(names)),
        "TF-IDF of letters": _weighed(skills, names),
    }
    for space, way in ((1, "model"), (2, "letters")):
        known, asked = (_shortened(each, space) for each in ways[f"{way}, 384 dimensions"])
        ways[f"{way}, as the matcher has it"] = known, asked
    return {way: _found(known, asked, truth) for way, (known, asked) in ways.items()}


def _labels() -> tuple[list[str], list[str], NDArray[np.int64]]:
    """All skills, some of their other names, and which skill each is of."""
    names = taxonomy().names_of_skills()
    skills = sorted({skill.label for skill in names.values()})
    place = {label: at for at, label in enumerate(skills)}
    other = sorted(
        (name, skill.label) for name, skill in names.items() if name not in skill.label.casefold()
    )
    asked = random.Random(1).sample(other, ASKED)
    return skills, [name for name, _ in asked], np.array([place[label] for _, label in asked])


def _encoded(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
    starts = range(0, len(texts), AT_ONCE)
    return np.concatenate([encode(texts[start : start + AT_ONCE]) for start in starts])


def _shortened(vectors: Vectors, space: int) -> Vectors:
    kinds = np.full(len(vectors), Kind.EXPERIENCE, np.object_)
    spaces = np.full(len(vectors), space, np.int8)
    return basis.shorten(basis.centre(vectors, space, kinds), spaces).vectors.astype(np.float32)


def _weighed(known: Sequence[str], asked: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Frequent parts weigh little: the peer that needs no model, but all texts at hand."""
    here, there = _counted(known), _counted(asked)
    rarity = np.log(len(known) / np.maximum(1, np.count_nonzero(here, axis=0)))
    for vectors in (here, there):
        vectors *= rarity
        vectors /= np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True))
    return here, there


def _counted(texts: Sequence[str]) -> Vectors:
    found = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in zip(found, texts, strict=True):
        words = (f" {word} " for word in re.findall(r"\w+", text.casefold()))
        parts = (
            word[start : start + size]
            for word in words
            for size in PARTS
            for start in range(len(word) - size + 1)
        )
        for part, times in Counter(parts).items():
            row[zlib.crc32(part.encode()) % BUCKETS] += 1 + np.log(times)
    return found


def _found(known: Vectors, asked: Vectors, truth: NDArray[np.int64]) -> Found:
    better = np.zeros(len(asked), np.int64)
    for start in range(0, len(asked), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        likeness = asked[rows] @ known.T
        own = np.take_along_axis(likeness, truth[rows, None], axis=1)
        better[rows] = (likeness > own).sum(axis=1)
    return Found(first=float((better < 1).mean()), first_five=float((better < 5).mean()))
