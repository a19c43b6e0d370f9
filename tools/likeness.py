"""How alike texts are: the cosine of their words' weights (TF-IDF, Salton and Buckley 1988)."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[a-z][a-z+#]+")
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ers", "er", "ies", "ed", "es", "s")
_COMMON = frozenset(
    _WORD.findall(
        "an and are as at be by can for from has have how in into is it its not of on or such that "
        "the their them these they this to use used using various well which who with work works"
    )
)


class Likeness:
    """An index of texts, to be asked which of them are like another.

    Each text is a sequence of parts with weights: what stands in a title says more than what
    stands in a description.
    """

    def __init__(self, texts: Sequence[Sequence[tuple[float, str]]]) -> None:
        counts = [_counts(text) for text in texts]
        met = Counter(word for each in counts for word in each)
        self._rarity = {word: math.log(1 + len(texts) / many) for word, many in met.items()}
        self._containing: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, each in enumerate(counts):
            for word, weight in self._weights(each).items():
                self._containing[word].append((place, weight))

    def nearest(
        self, text: Sequence[tuple[float, str]], most: int, *, least: float = 0.0
    ) -> list[tuple[int, float]]:
        """The places of the texts that are most alike, with the cosine, the most alike first."""
        found: defaultdict[int, float] = defaultdict(float)
        for word, weight in self._weights(_counts(text)).items():
            for place, other in self._containing.get(word, ()):
                found[place] += weight * other
        ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
        return [(place, cosine) for place, cosine in ranked[:most] if cosine >= least]

    def _weights(self, counts: dict[str, float]) -> dict[str, float]:
        weights = {
            word: (1 + math.log(1 + count)) * self._rarity.get(word, 0.0)
            for word, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}


def words(text: str) -> list[str]:
    """The words of a text, without what they end in; common ones are left out."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _COMMON]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _counts(text: Sequence[tuple[float, str]]) -> dict[str, float]:
    counts: defaultdict[str, float] = defaultdict(float)
    for weight, part in text:
        found = words(part)
        for each in found:
            counts[each] += weight
        for one, other in pairwise(found):
            counts[f"{one} {other}"] += weight / 2
    return counts
