-- Programmes, enrolments, matching runs and pairings, and what is needed of people to decide on them
-- depends:

-- migrate: apply

create table programmes (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('programmes');

create table enrolments (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    programme_id uuid not null generated always as ((state ->> 'programme_id')::uuid) stored,
    person_id uuid not null generated always as ((state ->> 'person_id')::uuid) stored,
    role text collate "C" not null generated always as (state ->> 'role') stored,
    capacity int generated always as ((state ->> 'capacity')::int) stored,
    status text collate "C" not null generated always as (state ->> 'status') stored,
    primary key (organisation_id, id)
);
create unique index enrolled_once on enrolments (organisation_id, programme_id, person_id, role)
    where status <> 'left';
create index enrolments_of_person on enrolments (organisation_id, person_id)
    where status <> 'left';
select cairn.protect('enrolments');

create table runs (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    programme_id uuid not null generated always as ((state ->> 'programme_id')::uuid) stored,
    status text collate "C" not null generated always as (state ->> 'status') stored,
    primary key (organisation_id, id)
);
create unique index one_run_at_a_time on runs (organisation_id, programme_id)
    where status in ('requested', 'running');
select cairn.protect('runs');

create table pairings (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    programme_id uuid not null generated always as ((state ->> 'programme_id')::uuid) stored,
    run_id uuid generated always as ((state ->> 'run_id')::uuid) stored,
    mentor_id uuid not null generated always as ((state ->> 'mentor_id')::uuid) stored,
    mentee_id uuid not null generated always as ((state ->> 'mentee_id')::uuid) stored,
    -- proposed, active or paused: it takes one of the mentor's places
    is_open boolean not null
        generated always as ((state ->> 'status') in ('proposed', 'active', 'paused')) stored,
    primary key (organisation_id, id),
    constraint no_own_mentor check (mentor_id <> mentee_id)
);
create unique index one_mentor_at_a_time on pairings (organisation_id, programme_id, mentee_id)
    where is_open;
create unique index proposed_once_a_run on pairings (organisation_id, run_id, mentee_id)
    where run_id is not null;
create index pairings_of_mentor on pairings (organisation_id, mentor_id, programme_id)
    where is_open;
create index pairings_of_mentee on pairings (organisation_id, mentee_id) where is_open;
create index pairings_of_programme on pairings (organisation_id, programme_id);
select cairn.protect('pairings');

-- A copy of what profiles says.
create table people (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('people');

-- What rules across pairings are decided on. Whoever proposes, accepts or ends a pairing locks both
-- people's rows, in the order of their ids.
create table person_standing (
    organisation_id uuid not null,
    person_id uuid not null,
    alive boolean not null,                     -- works for the organisation
    capacity int not null,                      -- mentees at once, over all programmes
    load int not null default 0 check (load >= 0),  -- open pairings as a mentor
    primary key (organisation_id, person_id)
);
select cairn.protect('person_standing');

-- Runs that are not finished. Whoever works on one holds an advisory lock on its id.
create table run_work (
    organisation_id uuid not null,
    run_id uuid not null,
    requested_at timestamptz not null default now(),
    cause jsonb not null,                       -- why the run's events happen
    trace jsonb not null,                       -- the trace context it was requested in
    attempts int not null default 0,            -- at computing the proposals
    certificate jsonb,                          -- once the proposals are computed
    primary key (organisation_id, run_id)
);
select cairn.protect('run_work');
select cairn.share('run_work');                 -- the runner looks for work in every tenant

-- What a run has computed and has not proposed yet: a run that was interrupted goes on from here.
create table run_proposals (
    organisation_id uuid not null,
    run_id uuid not null,
    mentee_id uuid not null,
    mentor_id uuid not null,
    score double precision not null,
    reasons jsonb not null,
    primary key (organisation_id, run_id, mentee_id)
);
select cairn.protect('run_proposals');

-- migrate: rollback

drop table run_proposals, run_work, person_standing, people, pairings, runs, enrolments, programmes;
