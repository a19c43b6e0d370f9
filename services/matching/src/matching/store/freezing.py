"""Who takes part in a matching run."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.unit import Unit
from contracts.matching import MatchingRun, Mode, Role, Rules
from contracts.profiles import Person
from matching.domain.proposal import Mentor
from matching.matcher.frozen import Frozen
from matching.meaning.texts import Kind
from matching.store import meanings, people, sites
from matching.store.apart import barred_pairs
from matching.store.history import have_met
from matching.store.lines import managers_above
from matching.store.ranking import ranked

PAGE = 2000  # rows fetched at once


async def freeze(unit: Unit, run: MatchingRun) -> Frozen:
    """Who takes part in a run, as they are now."""
    rules = run.rules
    mentees = await _mentees(unit, run.programme_id, rules)
    mentors = await mentors_of(unit, run.programme_id, rules)
    pool = {person.id: person for person in (*mentees, *(mentor for mentor, _ in mentors))}
    hopes, experience = await _meanings(unit, mentees, mentors, rules)
    by_choice = rules.mode is Mode.CHOICE
    outside = {person.manager_id for person in pool.values() if person.manager_id} - pool.keys()
    return Frozen(
        mentees=mentees,
        mentors=mentors,
        earlier=set(await have_met(unit, run.programme_id, again=rules.again)),
        excluded=await barred_pairs(unit, run.programme_id),
        hopes=hopes,
        experience=experience,
        managers=await managers_above(unit, outside, rules.reporting_steps - 1),
        mentees_rank=await ranked(unit, run.programme_id, Role.MENTEE) if by_choice else {},
        mentors_rank=await ranked(unit, run.programme_id, Role.MENTOR) if by_choice else {},
        rules=rules,
        on=run.requested_at.date(),
        seed=run.seed,
        sites=await _sites(unit, {person.site_id for person in pool.values()}),
    )


async def _sites(unit: Unit, site_ids: Collection[UUID]) -> dict[UUID, str]:
    """What sites are called, of those that are known."""
    rows = await unit.connection.fetch(
        "select state from sites where organisation_id = $1 and id = any($2::uuid[])",
        unit.organisation_id,
        list(site_ids),
    )
    return {site.id: site.name for site in (sites.read(row["state"]) for row in rows)}


async def _meanings(
    unit: Unit, mentees: list[Person], mentors: list[tuple[Person, int]], rules: Rules
) -> tuple[dict[UUID, bytes], dict[UUID, bytes]]:
    """What mentees hope for and mentors have done, as far as it counts and has been read."""
    if not rules.weight_aspiration:
        return {}, {}
    hoping = [person.id for person in mentees if person.aspiration]
    taking = [person.id for person, places in mentors if places]
    hopes = await meanings.of_people(unit, hoping, Kind.ASPIRATION)
    experience = await meanings.of_people(unit, taking, Kind.EXPERIENCE)
    return hopes.packed(hoping), experience.packed(taking)


async def _mentees(unit: Unit, programme_id: UUID, rules: Rules) -> list[Person]:
    """Active mentees without an open pairing in the programme, in the order of their ids.

    Where the rules ask for it, only those who said themselves that they want to be matched.
    """
    rows = unit.connection.cursor(
        """
        select person.state
        from enrolments as enrolment
        join person_standing as standing using (organisation_id, person_id)
        join people as person
            on person.organisation_id = enrolment.organisation_id
            and person.id = enrolment.person_id
        where enrolment.organisation_id = $1 and enrolment.programme_id = $2
          and enrolment.role = 'mentee' and enrolment.status = 'active' and standing.alive
          and (not $3 or enrolment.state ->> 'consented_at' is not null)
          and not exists (select from pairings
                          where pairings.organisation_id = $1 and pairings.programme_id = $2
                            and mentee_id = enrolment.person_id and is_open)
        order by enrolment.person_id
        """,
        unit.organisation_id,
        programme_id,
        rules.needs_consent,
        prefetch=PAGE,
    )
    return [people.read(row["state"]) async for row in rows]


async def mentors_of(
    unit: Unit, programme_id: UUID, rules: Rules, among: Sequence[UUID] | None = None
) -> list[tuple[Person, int]]:
    """Active mentors with their free places, in the order of their ids; consent as for mentees.

    All, or those `among` these.
    """
    found: list[tuple[Person, int]] = []
    async for row in unit.connection.cursor(
        """
        select person.state, standing.capacity, standing.load, enrolment.capacity as places,
            (select count(*) from pairings
             where pairings.organisation_id = $1 and mentor_id = enrolment.person_id
               and pairings.programme_id = $2 and is_open) as taken
        from enrolments as enrolment
        join person_standing as standing using (organisation_id, person_id)
        join people as person
            on person.organisation_id = enrolment.organisation_id
            and person.id = enrolment.person_id
        where enrolment.organisation_id = $1 and enrolment.programme_id = $2
          and enrolment.role = 'mentor' and enrolment.status = 'active' and standing.alive
          and (not $3 or enrolment.state ->> 'consented_at' is not null)
          and ($4::uuid[] is null or enrolment.person_id = any($4))
        order by enrolment.person_id
        """,
        unit.organisation_id,
        programme_id,
        rules.needs_consent,
        among,
        prefetch=PAGE,
    ):
        person = people.read(row["state"])
        mentor = Mentor(
            person_id=person.id,
            alive=True,
            capacity=row["capacity"],
            load=row["load"],
            enrolled=True,
            places=row["places"],
            taken=row["taken"],
        )
        found.append((person, mentor.free_places))
    return found
