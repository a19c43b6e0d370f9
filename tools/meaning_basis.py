"""Fit the basis that the matcher compares texts in, and write it.

    .venv/bin/python -m tools.meaning_basis       # needs the model's package; takes some minutes

Aspirations and experience are composed, from a seed, of the occupations and skills of the taxonomy
(ESCO, CC BY 4.0) and of sentences. Nothing of anybody is in it: two means and 48 axes.
"""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.meaning import letters, minilm
from matching.meaning.basis import WIDTH
from matching.meaning.texts import Kind
from taxonomy import Occupation, taxonomy

ROOT = Path(__file__).resolve().parent.parent
BASIS = ROOT / "services/matching/src/matching/meaning/basis.npz"
SENTENCES = ROOT / "cli/src/cairn/sample/data/texts.toml"
TEXTS = 4000  # of each kind
AT_ONCE = 256

MORE_SENTENCES = (
    "{title}",
    "Become {title}.",
    "{skill}, {other}",
    "I am a {former} and hope to work as {title} some day.",
    "How do I get from {former} to {title}?",
    "Get better at this: {skill}.",
    "In five years I see myself as {title}, with people of my own to lead.",
    "I would love to use more of what I studied: {skill} and {other}.",
    "To change from {former} to something with {skill}.",
    "A promotion, and {skill}.",
)

Vectors = NDArray[np.float32]


def main() -> None:
    folder = minilm.folder()
    if folder is None:
        raise SystemExit("The model is not installed: make setup")
    aspirations, experience = compose(Random(1))  # noqa: S311 - the same texts each time
    arrays: dict[str, Any] = {}
    for space, encode in ((1, minilm.MiniLM(folder).encode), (2, letters.encode)):
        arrays |= fit(space, read(encode, aspirations), read(encode, experience))
    np.savez(BASIS, **arrays)
    print(f"{BASIS.relative_to(ROOT)} {BASIS.stat().st_size} bytes")


def compose(rng: Random) -> tuple[list[str], list[str]]:
    occupations = [each for each in taxonomy().occupations.values() if len(each.skills) > 1]
    sentences = [*tomllib.loads(SENTENCES.read_text("utf-8"))["aspirations"], *MORE_SENTENCES]
    return (
        [aspiration(rng, sentences, rng.choice(occupations)) for _ in range(TEXTS)],
        [experience(rng, rng.choice(occupations)) for _ in range(TEXTS)],
    )


def aspiration(rng: Random, sentences: Sequence[str], occupation: Occupation) -> str:
    skill, other = (each.label for each in rng.sample(occupation.skills, 2))
    return rng.choice(sentences).format(
        title=occupation.title,
        former=former(rng, occupation),
        team=taxonomy().groups.get(occupation.group[:2], occupation.title),
        skill=skill,
        other=other,
    )


def experience(rng: Random, occupation: Occupation) -> str:
    titles = [occupation.title, *(former(rng, occupation) for _ in range(rng.randint(0, 3)))]
    skills = rng.sample(occupation.skills, min(rng.randint(0, 6), len(occupation.skills)))
    sentences = [*titles, ", ".join(skill.label for skill in skills)]
    return " ".join(f"{each}." for each in sentences if each)


def former(rng: Random, occupation: Occupation) -> str:
    near = [taxonomy().occupations[uri].title for uri, _ in occupation.near]
    return rng.choice(near or [occupation.title])


def read(encode: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
    starts = range(0, len(texts), AT_ONCE)
    return np.concatenate([encode(texts[start : start + AT_ONCE]) for start in starts])


def fit(space: int, aspirations: Vectors, experience: Vectors) -> dict[str, Vectors]:
    """What the texts have in common by kind, and the axes of what is left."""
    common = {Kind.ASPIRATION: aspirations.mean(axis=0), Kind.EXPERIENCE: experience.mean(axis=0)}
    left = np.concatenate(
        [aspirations - common[Kind.ASPIRATION], experience - common[Kind.EXPERIENCE]]
    ).astype(np.float64)
    variances, axes = np.linalg.eigh(left.T @ left / len(left))
    longest = slice(-1, -WIDTH - 1, -1)
    scaled = axes[:, longest] * variances[longest] ** -0.25
    return {f"{kind}_{space}": mean for kind, mean in common.items()} | {
        f"axes_{space}": scaled.astype(np.float32)
    }


if __name__ == "__main__":
    main()
