"""The forward pass of a BERT encoder by numpy, for texts whose words are numbers already.

Devlin et al., 2019, in the shape of MiniLM (Wang et al., 2020): six layers of twelve heads. What
comes of a text is the mean over its words, of length 1, as sentence-transformers pools.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

LAYERS = 6
HEADS = 12
WIDTH = 384
TINY = 1e-12  # what keeps a variance from being zero

# 1 - erf, to within 1.5e-7 (Abramowitz and Stegun, 1964, 7.1.26): numpy has none.
_ERFC = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
_SLOPE = 0.3275911 / math.sqrt(2)


class Encoder:
    """Holds the weights: `tensors` by the names that they have in the published file."""

    def __init__(self, tensors: Mapping[str, Numbers]) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._places = (
            tensors["embeddings.position_embeddings.weight"]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._first = _Norm(tensors, "embeddings.LayerNorm")
        self._layers = [_Layer(tensors, f"encoder.layer.{n}") for n in range(LAYERS)]

    def encode(self, words: NDArray[np.int64]) -> Numbers:
        """A unit vector for each text; `words` has a row for each, all of one length."""
        state = self._first(self._words[words] + self._places[: words.shape[1]])
        for layer in self._layers:
            state = layer(state)
        mean = state.mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


class _Layer:
    def __init__(self, tensors: Mapping[str, Numbers], name: str) -> None:
        parts = [_Linear(tensors, f"{name}.attention.self.{p}") for p in ("query", "key", "value")]
        self._questions = _Linear.beside(parts)
        self._answer = _Linear(tensors, f"{name}.attention.output.dense")
        self._answer_norm = _Norm(tensors, f"{name}.attention.output.LayerNorm")
        self._wide = _Linear(tensors, f"{name}.intermediate.dense")
        self._narrow = _Linear(tensors, f"{name}.output.dense")
        self._narrow_norm = _Norm(tensors, f"{name}.output.LayerNorm")

    def __call__(self, state: Numbers) -> Numbers:
        state = self._answer_norm(state + self._answer(self._attend(state)))
        return self._narrow_norm(state + self._narrow(_gelu(self._wide(state))))

    def _attend(self, state: Numbers) -> Numbers:
        texts, length, _ = state.shape
        heads = self._questions(state).reshape(texts, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = heads.transpose(2, 0, 3, 1, 4)
        weight = query @ key.swapaxes(-1, -2)
        weight *= 1 / math.sqrt(WIDTH // HEADS)
        weight -= weight.max(axis=-1, keepdims=True)
        np.exp(weight, out=weight)
        weight /= weight.sum(axis=-1, keepdims=True)
        return (weight @ value).swapaxes(1, 2).reshape(texts, length, WIDTH)


class _Linear:
    def __init__(self, tensors: Mapping[str, Numbers], name: str) -> None:
        self._weight = tensors[f"{name}.weight"]
        self._bias = tensors[f"{name}.bias"]

    @classmethod
    def beside(cls, parts: list["_Linear"]) -> "_Linear":
        """Several as one, whose outputs stand beside one another."""
        return cls(
            {
                "all.weight": np.concatenate([part._weight for part in parts]),
                "all.bias": np.concatenate([part._bias for part in parts]),
            },
            "all",
        )

    def __call__(self, state: Numbers) -> Numbers:
        flat = state.reshape(-1, state.shape[-1]) @ self._weight.T
        flat += self._bias
        return flat.reshape(*state.shape[:-1], -1)


class _Norm:
    def __init__(self, tensors: Mapping[str, Numbers], name: str) -> None:
        self._weight = tensors[f"{name}.weight"]
        self._bias = tensors[f"{name}.bias"]

    def __call__(self, state: Numbers) -> Numbers:
        state -= state.mean(axis=-1, keepdims=True)
        state /= np.sqrt(np.square(state).mean(axis=-1, keepdims=True) + TINY)
        state *= self._weight
        state += self._bias
        return state


def _gelu(x: Numbers) -> Numbers:
    """The Gaussian error linear unit, x Φ(x) = max(x, 0) - |x| (1 - erf(|x| / √2)) / 2."""
    size = np.abs(x)
    t = 1 / (1 + _SLOPE * size)
    rest = np.full_like(t, _ERFC[0])
    for factor in _ERFC[1:]:
        rest *= t
        rest += factor
    rest *= t
    rest *= np.exp(np.square(size) / -2)
    rest *= size
    rest /= 2
    np.maximum(x, 0, out=x)
    x -= rest
    return x
