"""What fits, the ways there, and that nobody is pointed at: rules over the shipped taxonomy."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.direction import Interest, Theme, WorkValue
from profiles.domain import moves, paths
from profiles.domain.fit import Seeker, fit, interest_fit, profile_of, value_fit
from taxonomy import skill_level, taxonomy, themes

KNOWN = taxonomy()
URIS = list(KNOWN.occupations)
BY_TITLE = {each.title: uri for uri, each in KNOWN.occupations.items()}
DEVELOPER, ACCOUNTANT = BY_TITLE["software developer"], BY_TITLE["accountant"]
THEMES = [theme for theme in Theme if theme is not Theme.UNKNOWN]
VALUES = [value for value in WorkValue if value is not WorkValue.UNKNOWN]


def likes(*scores: float) -> list[Interest]:
    return [Interest(theme=theme, score=score) for theme, score in zip(THEMES, scores, strict=True)]


@st.composite
def seekers(draw: st.DrawFn) -> Seeker:
    occupation = draw(st.sampled_from(URIS))
    skills = KNOWN.occupations[draw(st.sampled_from(URIS))].skills
    scores = st.lists(st.floats(0, 1), min_size=6, max_size=6)
    return Seeker(
        occupation=draw(st.sampled_from([occupation, occupation, ""])),
        before=frozenset(draw(st.lists(st.sampled_from(URIS), max_size=2))),
        interests=draw(st.one_of(st.just([]), scores.map(lambda found: likes(*found)))),
        values=draw(st.lists(st.sampled_from(VALUES), unique=True)),
        levels={skill.uri: draw(st.integers(1, 5)) for skill in skills},
    )


@given(seekers(), st.sampled_from(URIS))
def test_a_fit_is_the_sum_of_its_reasons(seeker: Seeker, uri: str) -> None:
    found = fit(seeker, KNOWN.occupations[uri])

    assert 0 <= found.fit <= 1
    assert found.fit == pytest.approx(sum(each.share for each in found.reasons))
    assert all(each.share >= 0 and each.sentence.endswith(".") for each in found.reasons)


@given(seekers(), st.sampled_from(URIS))
def test_a_skill_more_never_lowers_a_fit(seeker: Seeker, uri: str) -> None:
    occupation = KNOWN.occupations[uri]
    needed = occupation.skills[0].uri
    levels = {**seeker.levels, needed: 5}
    better = Seeker(interests=seeker.interests, values=seeker.values, levels=levels)
    before = Seeker(interests=seeker.interests, values=seeker.values, levels={**levels, needed: 1})

    assert fit(better, occupation).fit >= fit(before, occupation).fit


def test_who_likes_what_an_occupation_is_about_fits_best() -> None:
    profile = profile_of("IRC")
    alike = likes(*(profile[theme] for theme in THEMES))
    opposite = likes(*(1 - profile[theme] for theme in THEMES))

    assert interest_fit(alike, profile) == pytest.approx(1)
    assert interest_fit(opposite, profile) == pytest.approx(0)
    assert interest_fit(likes(*[0.5] * 6), profile) is None
    assert interest_fit(alike[:5], profile) is None
    assert interest_fit(alike, profile_of("")) is None


def test_what_is_valued_first_counts_most() -> None:
    social = profile_of("SIA")

    first = value_fit([WorkValue.RELATIONSHIPS, WorkValue.CONDITIONS], social)
    second = value_fit([WorkValue.CONDITIONS, WorkValue.RELATIONSHIPS], social)

    assert first is not None
    assert second is not None
    assert first > second


@settings(max_examples=30, deadline=None)
@given(seekers(), st.sampled_from(URIS))
def test_paths_begin_here_and_lead_step_by_step(seeker: Seeker, target: str) -> None:
    found = paths.explore(seeker, KNOWN, {}, target=target)

    if target != seeker.occupation:
        assert found[0].steps[-1].occupation == target
    assert len(found) <= paths.MOST_PATHS + 1
    for path in found:
        stops = [step.occupation for step in path.steps]
        assert 1 <= len(stops) <= paths.MOST_STEPS
        assert len({seeker.occupation, *stops}) == len(stops) + 1
        for step in path.steps:
            needed = KNOWN.occupations[step.occupation].skills
            assert [need.skill for need in step.needs] == [skill.uri for skill in needed]
            assert all(need.level == seeker.levels.get(need.skill, 0) for need in step.needs)


@settings(max_examples=20, deadline=None)
@given(seekers())
def test_what_is_suggested_is_new_and_asks_for_no_less(seeker: Seeker) -> None:
    for path in paths.explore(seeker, KNOWN, {}):
        last = path.steps[-1].occupation
        assert last not in seeker.before
        assert last != seeker.occupation
        now, then = _level(seeker.occupation), _level(last)
        assert now is None or then is None or then >= now


def _level(uri: str) -> int | None:
    occupation = KNOWN.occupations.get(uri)
    return occupation and skill_level(occupation.group)


def test_the_same_again_gives_the_same() -> None:
    seeker = Seeker(occupation=DEVELOPER, interests=likes(0.1, 0.9, 0.2, 0.4, 0.3, 0.8))

    assert paths.explore(seeker, KNOWN, {}) == paths.explore(seeker, KNOWN, {})


def test_a_person_of_whom_nothing_is_known_is_told_only_what_they_ask_for() -> None:
    assert paths.explore(Seeker(), KNOWN, {}) == []
    [path] = paths.explore(Seeker(), KNOWN, {}, target=ACCOUNTANT)
    assert [step.title for step in path.steps] == ["accountant"]


def test_a_move_that_people_made_is_a_step_and_says_how_many() -> None:
    made = {(DEVELOPER, ACCOUNTANT): 15}

    [path, *others] = paths.explore(Seeker(occupation=DEVELOPER), KNOWN, made, target=ACCOUNTANT)

    assert [(step.title, step.people) for step in path.steps] == [("accountant", 15)]
    assert all(step.people is None for other in others for step in other.steps)


def test_two_easy_steps_beat_a_hard_one() -> None:
    far = max(KNOWN.occupations[DEVELOPER].near, key=lambda each: -each[1])[
        0
    ]  # the least alike of the neighbours
    between = next(uri for uri in URIS if uri not in (DEVELOPER, far))
    made = {(DEVELOPER, between): 10, (between, far): 10}

    way = paths.way_to(far, DEVELOPER, KNOWN, made)

    assert way.stops == (between, far)


def test_gaps_are_what_is_needed_and_not_had_enough() -> None:
    occupation = KNOWN.occupations[DEVELOPER]
    has, lacks = occupation.skills[0], occupation.skills[1]
    seeker = Seeker(levels={has.uri: 3, lacks.uri: 2})

    found = paths.gaps(paths.steps_along([DEVELOPER, DEVELOPER], seeker, KNOWN, {}), enough=3)

    assert has.uri not in {need.skill for need in found}
    assert [need.level for need in found if need.skill == lacks.uri] == [2]


counts: st.SearchStrategy[Mapping[moves.Move, int]] = st.dictionaries(
    st.tuples(st.text(max_size=3), st.text(max_size=3)), st.integers(0, 40)
)


@given(counts)
def test_fewer_than_ten_are_never_told(made: Mapping[moves.Move, int]) -> None:
    told = moves.told(made)

    assert told.keys() == {move for move, many in made.items() if many >= 10}
    assert all(many >= 10 and many % 5 == 0 and many <= made[move] for move, many in told.items())


def test_every_group_says_whom_it_interests() -> None:
    for each in KNOWN.occupations.values():
        assert sum(profile_of(themes(each.group)).values()) in (0, pytest.approx(1.9))
