"""The occupations and skills that are shipped hold together, and are found by their names."""

from collections import Counter

import pytest

from taxonomy import skill_level, taxonomy, themes
from taxonomy.groups import THEMES

KNOWN = taxonomy()
SOFTWARE_DEVELOPER = "http://data.europa.eu/esco/occupation/f2b15a0e-e65a-438a-affb-29b9d50b77d1"


def test_every_link_leads_somewhere() -> None:
    for each in KNOWN.occupations.values():
        assert each.title
        assert each.skills
        assert all(uri in KNOWN.occupations and uri != each.uri for uri, _ in each.near)
        assert all(0 < likeness <= 1 for _, likeness in each.near)
        assert not each.group or each.group in KNOWN.groups


def test_what_esco_lists_itself_is_told_from_what_was_suggested() -> None:
    assert Counter(each.listed for each in KNOWN.occupations.values())[True] == 91
    developer = KNOWN.occupations[SOFTWARE_DEVELOPER]
    assert (developer.title, developer.group, developer.onet) == (
        "software developer",
        "2512",
        "15-1252.00",
    )
    assert developer.listed
    assert "debug software" in [skill.label for skill in developer.skills]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("SQL", "SQL"),
        ("  project   Management ", "project management"),
        ("Python", "Python (computer programming)"),
        ("manage music staff", "manage musical staff"),
    ],
)
def test_a_skill_is_found_by_any_of_its_names(text: str, label: str) -> None:
    skill = KNOWN.skill(text)
    assert skill is not None
    assert skill.label == label


def test_a_skill_that_nobody_knows() -> None:
    assert KNOWN.skill("telling stories to spectrometers") is None


def test_nothing_of_lightcast() -> None:
    """Its labels may not be passed on; ESCO's own do not name these products so."""
    assert KNOWN.skill("Amazon Web Services") is None
    assert KNOWN.skill("Microsoft Power BI") is None


def test_every_group_has_a_level_and_three_themes() -> None:
    for code in KNOWN.groups:
        if len(code) == 4:
            assert skill_level(code) in (1, 2, 3, 4)
            assert len(set(themes(code))) == 3
            assert set(themes(code)) <= set(THEMES)
    assert (themes("2221"), skill_level("2221")) == ("SIR", 4)
    assert (themes(""), skill_level("")) == ("", None)
