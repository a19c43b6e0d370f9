"""Hard rules, by hand and in a run, on the real database."""

from typing import Any

import pytest

from contracts.matching import Role
from contracts.profiles import Person
from matching.runner import Runner
from support.network import Network

pytestmark = pytest.mark.platform


async def _both(network: Network, rules: dict[str, Any], mentor: Person, mentee: Person):
    """A programme with the two."""
    programme_id = await network.programme(rules=rules)
    await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, mentee, Role.MENTEE)
    return programme_id


async def _run(network: Network, runner: Runner, programme_id: Any) -> set[tuple[Any, Any]]:
    """Who was proposed to whom."""
    before = {each.id for each in await network.pairings()}
    await network.done("start-matching-run", programme_id=programme_id)
    while await runner.step():
        pass
    after = [each for each in await network.pairings() if each.id not in before]
    return {(each.mentee_id, each.mentor_id) for each in after}


async def test_a_line_of_managers_leads_over_who_takes_no_part(
    network: Network, runner: Runner
) -> None:
    mentor = await network.mentor()
    between = await network.joins(manager_id=mentor.id)
    mentee = await network.joins(manager_id=between.id)
    near = await _both(network, {"reporting_steps": 2}, mentor, mentee)
    far = await _both(network, {"reporting_steps": 1}, mentor, mentee)

    refused = await network.propose(near, mentor, mentee)
    assert refused.code == "too-close"
    assert "at most 2 steps above the other" in refused.body["refusal"]["message"]
    assert await _run(network, runner, near) == set()
    assert await _run(network, runner, far) == {(mentee.id, mentor.id)}


async def test_what_the_rules_forbid_is_refused_by_hand_too_with_every_reason(
    network: Network,
) -> None:
    mentor = await network.mentor(languages=["ja"], level=4, time_zone="Asia/Tokyo")
    mentee = await network.joins(level=5)
    rules = {"max_hours_apart": 3, "min_levels_above": 1, "needs_consent": True}
    programme_id = await _both(network, rules, mentor, mentee)
    refused = await network.propose(programme_id, mentor, mentee)

    assert refused.code == "against-the-rules"
    message = refused.body["refusal"]["message"]
    for sentence in (
        "The two have no language in common.",
        "hours apart; the programme allows 3.",
        "The mentor is 1 level below the mentee; the programme asks for 1 or more.",
        "The mentor has not said yet that they want to be matched",
        "The mentee has not said yet that they want to be matched",
    ):
        assert sentence in message


async def test_who_ended_well_may_meet_again_where_the_programme_allows_it(
    network: Network, runner: Runner
) -> None:
    mentor, mentee = await network.mentor(), await network.joins()
    programme_id = await _both(network, {}, mentor, mentee)
    first = (await network.propose(programme_id, mentor, mentee)).id
    for name, caller in (
        ("accept-pairing", mentee),
        ("accept-pairing", mentor),
        ("complete-pairing", mentee),
    ):
        await network.done(name, caller, pairing_id=first)

    assert await _run(network, runner, programme_id) == set()
    asked = await network.do("ask-mentor", mentee, programme_id=programme_id, mentor_id=mentor.id)
    assert asked.code == "against-the-rules"
    await network.done("change-programme", programme_id=programme_id, rules={"again": True})
    assert await _run(network, runner, programme_id) == {(mentee.id, mentor.id)}
    [second] = [each for each in await network.pairings() if each.id != first]
    await network.done("decline-pairing", mentee, pairing_id=second.id)
    assert await _run(network, runner, programme_id) == set()
    by_hand = await network.propose(programme_id, mentor, mentee)
    assert by_hand.code is None  # a coordinator who proposes them knows what was


async def test_nobody_is_matched_with_their_own_mentee(network: Network, runner: Runner) -> None:
    one, other = await network.mentor(), await network.mentor()
    programme_id = await _both(network, {}, one, other)
    await network.enrol(programme_id, other, Role.MENTOR)
    await network.enrol(programme_id, one, Role.MENTEE)
    await network.propose(programme_id, one, other)

    assert await _run(network, runner, programme_id) == set()


async def test_only_who_wants_to_be_matched_is_where_the_programme_asks(
    network: Network, runner: Runner
) -> None:
    mentor, mentee = await network.mentor(), await network.joins()
    programme_id = await _both(network, {"needs_consent": True}, mentor, mentee)

    assert await _run(network, runner, programme_id) == set()
