"""Texts read, by the model where it understands them, and else by their letters."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import numpy as np

from matching.meaning import basis, letters
from matching.meaning.encoder import WIDTH, Numbers
from matching.meaning.minilm import MiniLM
from matching.meaning.texts import Kind

RECIPE = 1  # goes up when the same text would get another vector


class Space(StrEnum):
    """What made a vector; those of two spaces are not to be compared."""

    MODEL = "all-MiniLM-L6-v2"
    LETTERS = "letters"

    @property
    def number(self) -> int:
        """As matcher.meaning has it."""
        return 1 if self is Space.MODEL else 2


def recipe(files: Path | None) -> str:
    """How texts are read with these files of the model, or without."""
    return f"{Space.LETTERS if files is None else Space.MODEL}/{RECIPE}"


def fingerprint(by_recipe: str, text: str) -> bytes:
    """By which a text is known again that was read by a recipe."""
    return hashlib.sha256(f"{by_recipe}\n{text}".encode()).digest()


class Reader:
    """Reads texts. With a model it takes memory: nobody keeps one who has nothing to read."""

    def __init__(self, files: Path | None) -> None:
        """`files` is the model's folder; with none, all is read by letters.

        Raises NotTheWeights.
        """
        self._model = None if files is None else MiniLM(files)

    def read(self, texts: Sequence[tuple[Kind, str]]) -> tuple[Numbers, list[Space]]:
        """A unit vector for each text, or zeros where it says nothing; and its space."""
        spaces = [self._space_of(text) for _, text in texts]
        found = np.zeros((len(texts), WIDTH), np.float32)
        kinds = np.array([kind for kind, _ in texts], np.object_)
        for space in Space:
            rows = np.array([each is space for each in spaces], np.bool_)
            vectors = self._encode(space, [texts[row][1] for row in rows.nonzero()[0].tolist()])
            found[rows] = basis.centre(vectors, space.number, kinds[rows])
        return found, spaces

    def _encode(self, space: Space, texts: Sequence[str]) -> Numbers:
        if space is Space.MODEL and self._model is not None:
            return self._model.encode(texts)
        return letters.encode(texts)

    def _space_of(self, text: str) -> Space:
        if self._model is not None and self._model.understands(text):
            return Space.MODEL
        return Space.LETTERS
