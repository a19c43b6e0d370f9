-- The read model: a table for each aggregate type, its columns the fields of the events' bodies
-- depends:

-- migrate: apply

-- Names are ordered in "C": the order of an index must not hang on the machine's libraries, and
-- cursors compare with it.

create table organisations (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    name text not null,
    primary key (organisation_id, id)
);

create table sites (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    code text not null,
    name text collate "C" not null,
    city text not null,
    country text not null,
    time_zone text not null,
    languages text[] not null,
    primary key (organisation_id, id)
);
create index sites_by_name on sites (organisation_id, name, id);

create table people (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    employee_number text not null,
    subject text not null,
    email text not null,
    given_name text collate "C" not null,
    family_name text collate "C" not null,
    job_title text not null,
    site_id uuid not null,
    time_zone text not null,
    department text not null,
    manager_id uuid,
    languages text[] not null,
    skills text[] not null,
    interests text[] not null,
    values text[] not null,
    offers_mentoring boolean not null,
    skills_offered text[] not null,
    capacity int not null,
    seeks_mentoring boolean not null,
    skills_sought text[] not null,
    aspiration text not null,
    availability jsonb not null,
    visibility text not null,
    standing text not null,
    joined_at timestamptz not null,
    primary key (organisation_id, id)
);
create index people_by_subject on people (organisation_id, subject);
create index people_by_name on people (organisation_id, family_name, given_name, id);
create index people_by_site on people (organisation_id, site_id, family_name, given_name, id);
create index people_by_manager on people (organisation_id, manager_id, family_name, given_name, id);
create index people_offering on people (organisation_id, family_name, given_name, id)
    where offers_mentoring;
create index people_seeking on people (organisation_id, family_name, given_name, id)
    where seeks_mentoring;

create table programmes (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    name text not null,
    purpose text not null,
    status text not null,
    starts_on date not null,
    ends_on date,
    coordinator_ids uuid[] not null,
    rules jsonb not null,
    primary key (organisation_id, id)
);
create index programmes_by_start on programmes (organisation_id, starts_on, id);

create table enrolments (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    programme_id uuid not null,
    person_id uuid not null,
    role text not null,
    status text not null,
    capacity int,
    enrolled_at timestamptz not null,
    primary key (organisation_id, id)
);
create index enrolments_by_programme on enrolments (organisation_id, programme_id, enrolled_at, id);
create index enrolments_by_person on enrolments (organisation_id, person_id, enrolled_at, id);

create table matching_runs (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    programme_id uuid not null,
    status text not null,
    requested_by uuid,
    requested_at timestamptz not null,
    rules jsonb not null,
    certificate jsonb,
    failure text,
    primary key (organisation_id, id)
);
create index matching_runs_by_programme
    on matching_runs (organisation_id, programme_id, requested_at, id);

create table pairings (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    programme_id uuid not null,
    run_id uuid,
    mentor_id uuid not null,
    mentee_id uuid not null,
    status text not null,
    score double precision not null,
    reasons jsonb not null,
    proposed_at timestamptz not null,
    mentor_accepted_at timestamptz,
    mentee_accepted_at timestamptz,
    active_since timestamptz,
    closed_at timestamptz,
    closed_by uuid,
    closing_reason text not null,
    primary key (organisation_id, id)
);
create index pairings_by_mentor on pairings (organisation_id, mentor_id, proposed_at, id);
create index pairings_by_mentee on pairings (organisation_id, mentee_id, proposed_at, id);
create index pairings_by_programme on pairings (organisation_id, programme_id, proposed_at, id);
create index pairings_by_run on pairings (organisation_id, run_id, proposed_at, id);

create table sessions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    pairing_id uuid not null,
    mentor_id uuid not null,
    mentee_id uuid not null,
    topic text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    place text not null,
    status text not null,
    booked_by uuid not null,
    uid text not null,
    sequence int not null,
    closing_reason text not null,
    primary key (organisation_id, id)
);
create index sessions_by_pairing on sessions (organisation_id, pairing_id, starts_at, id);
create index sessions_by_mentor on sessions (organisation_id, mentor_id, starts_at, id);
create index sessions_by_mentee on sessions (organisation_id, mentee_id, starts_at, id);

create table goals (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    pairing_id uuid,
    title text not null,
    description text not null,
    skill text not null,
    status text not null,
    progress int not null,
    due_on date,
    set_at timestamptz not null,
    primary key (organisation_id, id)
);
create index goals_by_person on goals (organisation_id, person_id, set_at, id);
create index goals_by_pairing on goals (organisation_id, pairing_id, set_at, id);

create table feedback (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    session_id uuid not null,
    pairing_id uuid not null,
    author_id uuid not null,
    about_id uuid not null,
    rating int not null,
    comment text not null,
    given_at timestamptz not null,
    primary key (organisation_id, id)
);
create index feedback_by_session on feedback (organisation_id, session_id, given_at, id);

create table notifications (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    kind text not null,
    title text not null,
    body text not null,
    about_type text not null,
    about_id uuid not null,
    posted_at timestamptz not null,
    read_at timestamptz,
    primary key (organisation_id, id)
);
create index notifications_by_person on notifications (organisation_id, person_id, posted_at, id);
create index notifications_unread on notifications (organisation_id, person_id, posted_at, id)
    where read_at is null;

create table preferences (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    email boolean not null,
    muted text[] not null,
    primary key (organisation_id, id)
);

select cairn.protect('organisations'), cairn.share('organisations');
select cairn.protect('sites'), cairn.share('sites');
select cairn.protect('people'), cairn.share('people');
select cairn.protect('programmes'), cairn.share('programmes');
select cairn.protect('enrolments'), cairn.share('enrolments');
select cairn.protect('matching_runs'), cairn.share('matching_runs');
select cairn.protect('pairings'), cairn.share('pairings');
select cairn.protect('sessions'), cairn.share('sessions');
select cairn.protect('goals'), cairn.share('goals');
select cairn.protect('feedback'), cairn.share('feedback');
select cairn.protect('notifications'), cairn.share('notifications');
select cairn.protect('preferences'), cairn.share('preferences');

-- What a clock on the wall shows, with the zone's offset, to the second; null for a zone that this
-- server does not know (its list may be older than the one profiles checked with).
create function local_time(moment timestamptz, zone text) returns text
language plpgsql stable
as $$
declare
    wall timestamp;
    minutes int;
begin
    wall := moment at time zone zone;
    minutes := extract(epoch from wall - (moment at time zone 'UTC')) / 60;
    return to_char(wall, 'YYYY-MM-DD"T"HH24:MI:SS')
        || case when minutes < 0 then '-' else '+' end
        || to_char(make_interval(mins => abs(minutes)), 'HH24:MI');
exception when invalid_parameter_value then
    return null;
end $$;

-- migrate: rollback

drop function local_time(timestamptz, text);
drop table organisations, sites, people, programmes, enrolments, matching_runs, pairings, sessions,
    goals, feedback, notifications, preferences;
