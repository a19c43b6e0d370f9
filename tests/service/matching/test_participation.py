"""How people take part: consent, pauses, and lists of whom they would like best."""

from uuid import UUID, uuid4

import pytest

from chassis.unit import Cause, Unit
from contracts.matching import Enrolment, Role
from contracts.profiles import Person, Visibility
from matching.store import enrolments
from matching.store.ranking import ranked
from support.network import Network

pytestmark = pytest.mark.platform


async def enrolment(network: Network, enrolment_id: UUID) -> Enrolment:
    async with network.matching.app.tenant(network.organisation_id) as connection:
        query = "select state from enrolments where id = $1"
        state = await connection.fetchval(query, enrolment_id)
    assert state is not None
    return enrolments.read(state)


async def enrol_oneself(network: Network, programme_id: UUID, who: Person) -> UUID:
    answer = await network.done(
        "enrol", who, programme_id=programme_id, person_id=who.id, role=Role.MENTEE
    )
    return answer.id


async def test_who_enrols_themselves_wants_to_be_matched(network: Network) -> None:
    programme_id = await network.programme()
    herself = await enrol_oneself(network, programme_id, await network.joins())
    enrolled = await network.enrol(programme_id, await network.joins(), Role.MENTEE)

    assert (await enrolment(network, herself)).consented_at is not None
    assert (await enrolment(network, enrolled)).consented_at is None


async def test_consent_is_given_and_withdrawn_by_the_person_alone(network: Network) -> None:
    someone = await network.joins()
    enrolment_id = await network.enrol(await network.programme(), someone, Role.MENTEE)
    body = {"enrolment_id": enrolment_id}

    refused = await network.do("consent-to-matching", **body)
    await network.done("consent-to-matching", someone, **body)
    since = (await enrolment(network, enrolment_id)).consented_at
    await network.done("consent-to-matching", someone, **body)
    again = (await enrolment(network, enrolment_id)).consented_at
    await network.done("withdraw-consent", someone, **body)

    assert refused.code == "not-allowed"
    assert since is not None
    assert again == since
    assert (await enrolment(network, enrolment_id)).consented_at is None
    assert (await network.told())[-2:] == [
        "matching.enrolment.consented",
        "matching.enrolment.consent_withdrawn",
    ]


async def test_who_has_paused_is_matched_with_nobody_new(network: Network) -> None:
    programme_id = await network.programme()
    mentor, mentee = await network.mentor(), await network.joins()
    enrolment_id = await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, mentee, Role.MENTEE)

    await network.done("pause-enrolment", mentor, enrolment_id=enrolment_id)
    again = await network.do("pause-enrolment", mentor, enrolment_id=enrolment_id)
    asked = await network.do("ask-mentor", mentee, programme_id=programme_id, mentor_id=mentor.id)
    proposed = await network.propose(programme_id, mentor, mentee)
    stranger = await network.do("resume-enrolment", mentee, enrolment_id=enrolment_id)
    await network.done("resume-enrolment", enrolment_id=enrolment_id)

    assert (again.code, asked.code) == ("illegal-transition", "mentor-not-available")
    assert (proposed.code, stranger.code) == ("not-enrolled", "not-allowed")
    assert (await network.propose(programme_id, mentor, mentee)).code is None


async def test_a_list_is_of_others_who_take_part_on_the_other_side(network: Network) -> None:
    programme_id = await network.programme()
    mentors = [await network.mentor() for _ in range(3)]
    hidden = await network.mentor(visibility=Visibility.PRIVATE)
    mentee, colleague = await network.joins(), await network.joins()
    for mentor in (*mentors, hidden):
        await network.enrol(programme_id, mentor, Role.MENTOR)
    await network.enrol(programme_id, colleague, Role.MENTEE)
    enrolment_id = await network.enrol(programme_id, mentee, Role.MENTEE)

    async def rank(*people: Person | UUID, by: Person | None = mentee) -> str | None:
        ids = [each.id if isinstance(each, Person) else each for each in people]
        answer = await network.do("rank-people", by, enrolment_id=enrolment_id, person_ids=ids)
        return answer.code

    assert await rank(*reversed(mentors)) is None
    assert await rank(*reversed(mentors)) is None  # which changes nothing
    assert await rank(mentors[0], mentors[0]) == "invalid"
    assert await rank(mentee) == "invalid"
    for other in (hidden, colleague, uuid4()):
        assert await rank(other) == "not-enrolled"
    assert await rank(mentors[0], by=None) == "not-allowed"
    assert await rank(*(uuid4() for _ in range(21))) == "invalid-command"
    assert (await network.told()).count("matching.enrolment.ranked") == 1
    assert await lists(network, programme_id, Role.MENTEE) == {
        mentee.id: [each.id for each in reversed(mentors)]
    }
    assert await lists(network, programme_id, Role.MENTOR) == {}


async def lists(network: Network, programme_id: UUID, role: Role) -> dict[UUID, list[UUID]]:
    async with network.matching.app.tenant(network.organisation_id) as connection:
        cause = Cause(causation_id=programme_id, correlation_id=programme_id, actor="test")
        unit = Unit(
            connection, service="matching", organisation_id=network.organisation_id, cause=cause
        )
        return await ranked(unit, programme_id, role)
