"""`python -m bench.matching.picture`: draw docs/images/matching.svg from the last results."""

import math
from pathlib import Path
from typing import Any

import msgspec

from bench.figures import RESULTS

IMAGE = Path(__file__).parents[2] / "docs/images/matching.svg"
KIND = "clustered"
COLOURS = {
    "network": "#0b6e4f",
    "stable": "#2b59c3",
    "scipy": "#8a5a00",
    "ortools": "#a23b72",
    "matching": "#6b6b6b",
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 400, 70, 20, 110, 50
MENTEES, SECONDS = (800, 130_000), (0.003, 100)


def draw(markets: list[dict[str, Any]]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        "<style>text { font: 13px sans-serif }</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for seconds in (0.01, 0.1, 1, 10, 100):
        y = _y(seconds)
        parts.append(f'<path d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{seconds:g}</text>')
    for mentees in (1_000, 5_000, 20_000, 100_000):
        place = f'x="{_x(mentees):.0f}" y="{HEIGHT - BOTTOM + 18}"'
        parts.append(f'<text {place} text-anchor="middle">{mentees:,}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{HEIGHT - 10}" text-anchor="middle">'
        "mentees (five to a mentor, many want the same few)</text>"
    )
    parts.append(
        f'<text transform="translate(18 {HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">'
        "CPU seconds</text>"
    )
    for name, colour in COLOURS.items():
        parts += _line(name, colour, [each for each in markets if each["contender"] == name])
    return "\n".join([*parts, "</svg>", ""])


def _line(name: str, colour: str, markets: list[dict[str, Any]]) -> list[str]:
    points = [(_x(each["mentees"]), _y(each["cpu"])) for each in markets]
    if not points:
        return []
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = points[-1]
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points]
    return [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *dots,
        f'<text x="{x + 9:.1f}" y="{y + 4:.1f}" fill="{colour}">{name}</text>',
    ]


def _x(mentees: float) -> float:
    return LEFT + _share(mentees, MENTEES) * (WIDTH - LEFT - RIGHT)


def _y(seconds: float) -> float:
    return HEIGHT - BOTTOM - _share(seconds, SECONDS) * (HEIGHT - TOP - BOTTOM)


def _share(value: float, span: tuple[float, float]) -> float:
    return math.log(value / span[0]) / math.log(span[1] / span[0])


if __name__ == "__main__":
    results = msgspec.json.decode((RESULTS / "matching.json").read_bytes())["rounds"]["markets"]
    IMAGE.write_text(draw([each for each in results if each["kind"] == KIND]))
