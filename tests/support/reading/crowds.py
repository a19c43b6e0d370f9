"""Organisations of any size, made by PostgreSQL itself."""

from hashlib import md5
from uuid import UUID

import asyncpg

# $1 is the organisation, $2 how many people it has. Ids are hashes of what they are the ids of.
STATEMENTS = """
insert into organisations select $1, $1, 1, 'Crowd' where $2 > 0;

insert into change_numbers
select $1, (extract(epoch from now()) * 1000000)::bigint where $2 > 0;

insert into sites
select $1, md5(concat($1, 'site', s))::uuid, 1, 's' || s, 'Site ' || s, 'City', 'PT',
    'Europe/Lisbon', '{en}'
from generate_series(1, greatest($2 / 100, 2)) s;

insert into people (organisation_id, id, version, employee_number, subject, email, given_name,
    family_name, job_title, site_id, time_zone, department, manager_id, languages, skills,
    interests, values, offers_mentoring, skills_offered, capacity, seeks_mentoring, skills_sought,
    aspiration, availability, visibility, standing, joined_at)
select $1, md5(concat($1, 'person', n))::uuid, 1, 'E' || n, 's' || n, n || '@example.com',
    'Given ' || n % 30, 'Family ' || md5(n::text), 'Engineer',
    md5(concat($1, 'site', 1 + n % greatest($2 / 100, 2)))::uuid, 'Europe/Lisbon', '',
    md5(concat($1, 'person', n / 8))::uuid, '{en}', '{sql}', '{}', '{}', n % 7 = 0, '{sql}', 3,
    n % 3 = 0, '{}', '', '[]', (array['network', 'network', 'site', 'private'])[1 + n % 4],
    'active', now() - n * interval '1 minute'
from generate_series(1, $2) n;

insert into terms
select distinct organisation_id, id, kind, term, family_name, given_name
from people, lateral (
    select 'word' as kind, unnest(string_to_array(lower(concat_ws(' ', given_name, family_name,
        job_title, 'sql english')), ' ')) as term
    union all values ('skill', 'sql'), ('skill_offered', 'sql'), ('language', 'en')) t
where organisation_id = $1 and $2 > 0;

insert into terms
select distinct organisation_id, id, 'site', term, '', ''
from sites, unnest(string_to_array(lower(concat_ws(' ', name, city, 'portugal')), ' ')) term
where organisation_id = $1 and $2 > 0;

insert into spellings
select distinct organisation_id, key, term
from terms, keys_of(term) key
where organisation_id = $1 and $2 > 0 and kind in ('word', 'site');

insert into programmes
select $1, md5(concat($1, 'programme', p))::uuid, 1, 'Programme', '', 'open', '2026-01-01', null,
    array[md5(concat($1, 'person', p))::uuid], '{}'
from generate_series(1, greatest($2 / 400, 2)) p;

insert into enrolments
select $1, md5(concat(id, 'enrolment'))::uuid, 1,
    md5(concat($1, 'programme', 1 + substr(employee_number, 2)::int % 2))::uuid, id,
    (array['mentor', 'mentee'])[1 + (substr(employee_number, 2)::int % 5 > 0)::int],
    (array['left', 'active', 'active', 'paused'])[1 + substr(employee_number, 2)::int % 4],
    null, now()
from people where organisation_id = $1 and $2 > 0;

insert into matching_runs
select $1, md5(concat(id, 'run', k))::uuid, 1, id, 'completed', coordinator_ids[1],
    now() - k * interval '1 day', '{}', null, null
from programmes, generate_series(1, 30) k where organisation_id = $1 and $2 > 0;

insert into drafts
select $1, md5(concat(run.id, 'draft', n))::uuid, 1, run.id, run.programme_id,
    md5(concat($1, 'person', n))::uuid,
    case when n % 9 > 0 then md5(concat(run.id, 'mentor', n))::uuid end, (n % 100) / 100.0, '[]',
    '', '', null
from (select *, row_number() over (partition by programme_id order by requested_at) as place
      from matching_runs where organisation_id = $1) run, generate_series(1, $2) n
where $2 > 0 and run.place <= 2;

insert into pairings
select $1, md5(concat($1, 'pairing', n, k))::uuid, 1,
    md5(concat($1, 'programme', 1 + n % 2))::uuid,
    md5(concat(md5(concat($1, 'programme', 1 + n % 2))::uuid, 'run', k))::uuid,
    md5(concat($1, 'person', 1 + (n * 7 + k * 13) % $2))::uuid,
    md5(concat($1, 'person', n))::uuid, (array['active', 'ended'])[k], 0.5, '[]',
    now() - k * interval '1 day', null, null, null, null, null, ''
from generate_series(1, $2) n, generate_series(1, 2) k;

insert into requests
select $1, md5(concat($1, 'request', n, k))::uuid, 1,
    md5(concat($1, 'programme', 1 + n % 2))::uuid, md5(concat($1, 'person', n))::uuid,
    md5(concat($1, 'person', 1 + (n * 11 + k * 17) % $2))::uuid, '', 0.5, '[]',
    (array['asked', 'declined'])[k], now() - k * interval '1 day', now(), null, '', null
from generate_series(1, $2) n, generate_series(1, 2) k;

insert into suggestions
select organisation_id, id, 1, programme_id, person_id, (
    select jsonb_agg(jsonb_build_object(
        'mentor_id', md5(concat($1, 'person', 1 + (substr(person_id::text, 1, 1) = 'a')::int + 5 * k
            % $2))::uuid, 'score', 0.5, 'reasons', '[]'::jsonb))
    from generate_series(1, 10) k), now()
from enrolments where organisation_id = $1 and $2 > 0;

insert into exclusions
select $1, md5(concat($1, 'exclusion', n))::uuid, 1, md5(concat($1, 'person', n))::uuid,
    md5(concat($1, 'person', 1 + (n * 19) % $2))::uuid,
    md5(concat($1, 'programme', 1 + n % 2))::uuid,
    md5(concat($1, 'person', case when n % 3 = 0 then n else 1 end))::uuid, now()
from generate_series(1, $2) n;

insert into sessions
select $1, md5(concat(id, 'session', k))::uuid, 1, id, mentor_id, mentee_id, 'Topic',
    now() + (k - 3) * interval '1 day', now(), '', 'scheduled', mentee_id, '', 0, ''
from pairings, generate_series(1, 4) k where organisation_id = $1 and $2 > 0;

insert into feedback
select $1, md5(concat(id, 'feedback'))::uuid, 1, id, pairing_id, mentee_id, mentor_id, 5, '', now()
from sessions where organisation_id = $1 and $2 > 0 and starts_at < now();

insert into goals
select $1, md5(concat(id, 'goal', k))::uuid, 1, id,
    md5(concat($1, 'pairing', substr(employee_number, 2), k))::uuid, 'Goal', '', '', 'open',
    10 * k, null, now()
from people, generate_series(1, 2) k where organisation_id = $1 and $2 > 0;

insert into terms
select organisation_id, id, kind, term, family_name, given_name
from people, lateral (values ('occupation', concat('o', substr(employee_number, 2)::int / 70)),
    ('move', concat('o', substr(employee_number, 2)::int / 70, ' o', substr(employee_number, 2)::int
        / 70 + 1))) t (kind, term)
where organisation_id = $1 and $2 > 0;

insert into assessments (organisation_id, id, version, person_id, answers, interests, values,
    strengths, skills, shared, was_shared, made_at, changed_at)
select $1, md5(concat(id, 'assessment'))::uuid, 1, id, '[]', '[]', '{}', '{patience}', '[]',
    '{strengths}', true, now(), now()
from people where organisation_id = $1 and $2 > 0;

insert into career_paths (organisation_id, id, version, person_id, occupation, title, target, paths,
    explored_at)
select $1, md5(concat(id, 'paths'))::uuid, 1, id, '', '', '', '[]', now()
from people where organisation_id = $1 and $2 > 0;

insert into roadmaps (organisation_id, id, version, person_id, title, path, milestones, skills,
    shared, was_shared, drawn_at)
select $1, md5(concat(id, 'roadmap', k))::uuid, 1, id, 'Roadmap',
    '[{"occupation": "o1", "title": ""}, {"occupation": "o2", "title": ""}]', '[]', '[]', true,
    true, now()
from people, generate_series(1, 2) k where organisation_id = $1 and $2 > 0;

insert into notifications
select $1, md5(concat(id, 'notification', k))::uuid, 1, id, 'pairing_proposed', 'Title', 'Body',
    'matching.pairing', id, now(), case when k > 3 then now() end
from people, generate_series(1, 6) k where organisation_id = $1 and $2 > 0;

insert into preferences
select $1, id, 1, true, '{}' from people where organisation_id = $1 and $2 > 0;

insert into erasures
select $1, md5(concat($1, 'erasure', n))::uuid, 1, md5(concat($1, 'gone', n))::uuid,
    md5(concat($1, 'person', 1))::uuid, now(), now(), now(), '[]',
    case when n % 9 > 0 then now() end
from generate_series(1, $2) n
"""


async def make_crowd(superuser: asyncpg.Connection, organisation_id: UUID, people: int) -> None:
    for statement in STATEMENTS.split(";\n\n"):
        typed = statement.replace("$1", "$1::uuid").replace("$2", "$2::int")
        await superuser.execute(typed, organisation_id, people)


def person_id(organisation_id: UUID, number: int) -> UUID:
    return _hash(f"{organisation_id}person{number}")


def programme_id(organisation_id: UUID, number: int) -> UUID:
    return _hash(f"{organisation_id}programme{number}")


def _hash(text: str) -> UUID:
    return UUID(md5(text.encode()).hexdigest())
