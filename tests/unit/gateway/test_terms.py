"""Words as a search compares them, and the terms that people and sites are found by."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.profiles import Person, Position, Site, Standing
from gateway import indexing, terms
from gateway.schema.search import MOST_WORDS, wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Inês  GONÇALVES", ["ines", "goncalves"]),
        ("Łódź Ærø Đorđe", ["lodz", "aero", "dorde"]),
        ("Straße ﬁne Ⅻ", ["strasse", "fine", "xii"]),
        ("O'Brien D\u2019Angelo", ["obrien", "dangelo"]),
        ("Anne-Marie_Smith/R&D", ["anne", "marie", "smith", "r", "d"]),
        ("C++, C# and + #", ["c++", "c#", "and"]),
        ("Дмитрий Ёлкин", ["дмитрии", "елкин"]),
        ("東京都 Ōsaka", ["東京都", "osaka"]),
        ("İstanbul IŞIK", ["istanbul", "isik"]),
        ("\t\n &", []),
    ],
)
def test_words_have_no_case_and_no_accents(text: str, words: list[str]) -> None:
    assert list(terms.words(text)) == words


@given(st.text())
def test_any_text_has_words_that_are_their_own(text: str) -> None:
    for word in terms.words(text):
        assert 0 < len(word) <= terms.LONGEST
        assert terms.words(word) == (word,)
        assert "\x00" not in word


def test_a_search_has_each_word_once_and_no_more_than_some() -> None:
    assert wanted("Ana, ana SQL") == '["ana","sql"]'
    assert wanted(" ".join(f"w{place}" for place in range(20))).count('"w') == MOST_WORDS


def person(**changes: Any) -> Person:
    usual: dict[str, Any] = {
        "id": uuid4(),
        "organisation_id": uuid4(),
        "employee_number": "E1",
        "subject": "subject",
        "email": "address@example.org",
        "given_name": "Inês",
        "family_name": "Reis",
        "job_title": "Engineer",
        "site_id": uuid4(),
        "time_zone": "Europe/Lisbon",
        "joined_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Person(**usual | changes)


def test_the_terms_of_a_person() -> None:
    someone = person(
        department="R&D",
        languages=["pt-BR", "xx-none"],
        skills=["Data Analysis", "?"],
        skills_offered=["SQL"],
        skills_sought=["Public speaking"],
        aspiration="secret",
        interests=["secret"],
    )
    words = "ines reis engineer r d data analysis sql portuguese portugues"
    assert terms.terms_of(someone) == {
        *(("word", word) for word in words.split()),
        ("department", "r d"),
        ("language", "pt br"),
        ("language", "pt"),
        ("language", "xx none"),
        ("language", "xx"),
        ("skill", "data analysis"),
        ("skill_offered", "sql"),
        ("skill_sought", "public speaking"),
    }


def test_who_has_left_has_none() -> None:
    assert terms.terms_of(person(standing=Standing.LEFT)) == set()


def test_the_terms_of_a_site() -> None:
    site = Site(
        id=uuid4(),
        organisation_id=uuid4(),
        code="LIS1",
        name="Tejo",
        city="Lisboa",
        country="PT",
        time_zone="Europe/Lisbon",
    )
    assert terms.terms_of(site) == {
        ("site", word) for word in ("lis1", "tejo", "lisboa", "portugal")
    }


def test_where_somebody_has_been_and_from_where_they_came() -> None:
    esco = "http://data.europa.eu/esco/occupation/"
    held = [esco + "b", "", esco + "a", esco + "a"]
    career = [Position(title="Before", occupation=occupation) for occupation in held]

    found = terms.terms_of(person(occupation=esco + "c", career=career))

    assert {term for kind, term in found if kind == "occupation"} == {"a", "b", "c"}
    assert {term for kind, term in found if kind == "move"} == {"b c"}  # of the gap nothing is said
    assert all(len(term) <= terms.LONGEST_TERM for _, term in found)


@pytest.mark.parametrize(("table", "body"), [("people", Person), ("sites", Site)])
def test_no_term_is_made_of_what_is_held_for_wordless(table: str, body: type[Any]) -> None:
    """Terms are refreshed only where something else changed."""
    fields = set(body.__struct_fields__)
    assert fields >= indexing.WORDLESS[table]
    thing = Mock(spec=sorted(fields - indexing.WORDLESS[table]), __class__=body)
    for name in fields - indexing.WORDLESS[table]:
        setattr(thing, name, "")
    terms.names(thing)
    terms.terms_of(thing)
