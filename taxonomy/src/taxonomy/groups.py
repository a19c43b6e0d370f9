"""What an ISCO-08 group says of an occupation: the level of its skills, and whom it may interest.

The levels are ISCO-08's own (ILO 2012, volume 1, table 1). The interests are Cairn's reading of
each group's definition by Holland's model (Making Vocational Choices, 3rd edition, 1997): three
themes, the strongest first, by their first letters (RIASEC). They are not measured: the interest
profiles that O*NET measured are in no package that Cairn could take them from.
"""

from typing import TypeVar

T = TypeVar("T")

THEMES = "RIASEC"

_INTERESTS = {
    "01": "ERC",
    "02": "RCE",
    "03": "RCS",
    "11": "ECS",
    "12": "ECS",
    "13": "ECR",
    "134": "ESC",  # of childcare, health, social welfare, education
    "14": "ECS",
    "21": "IRC",
    "216": "AIR",  # architects, planners, designers
    "22": "ISR",
    "222": "SIR",  # nurses and midwives
    "23": "SAI",
    "24": "CEI",
    "243": "EAC",  # sales, marketing, public relations
    "25": "ICR",
    "26": "AIS",
    "261": "EIC",  # law
    "262": "CIS",  # libraries, archives, museums
    "263": "SIA",  # social and religious work
    "264": "AIE",  # authors, journalists, linguists
    "265": "AES",  # artists
    "31": "RIC",
    "312": "ERC",  # supervisors
    "32": "RSI",
    "322": "SRC",  # nursing
    "33": "CES",
    "332": "ECS",  # agents
    "34": "SAE",
    "342": "SRE",  # sports
    "343": "ARE",  # arts and cooking
    "35": "RCI",
    "41": "CSE",
    "42": "CSE",
    "43": "CRE",
    "44": "CRE",
    "51": "SRE",
    "52": "ECS",
    "53": "SRC",
    "54": "RSE",
    "61": "RCE",
    "62": "RCI",
    "63": "RCE",
    "71": "RCI",
    "72": "RCI",
    "73": "RAC",
    "74": "RIC",
    "75": "RCA",
    "81": "RCI",
    "82": "RCI",
    "83": "RCE",
    "91": "RCS",
    "92": "RCI",
    "93": "RCE",
    "94": "RCS",
    "95": "REC",
    "96": "RCE",
}
_LEVELS = dict.fromkeys("45678", 2) | {
    "01": 4,
    "02": 2,
    "03": 1,
    "1": 4,
    "14": 3,
    "2": 4,
    "3": 3,
    "9": 1,
}


def themes(group: str) -> str:
    """The three themes of an ISCO group, the strongest first; empty where nothing is known."""
    return _closest(_INTERESTS, group) or ""


def skill_level(group: str) -> int | None:
    """ISCO's level of the skills that a group's occupations need: 1, the least, to 4."""
    return _closest(_LEVELS, group)


def _closest(known: dict[str, T], group: str) -> T | None:
    return next((known[group[:n]] for n in (3, 2, 1) if group[:n] in known), None)
