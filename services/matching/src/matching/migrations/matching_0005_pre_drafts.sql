-- Dry runs: what each would offer whom, what it was computed from, and what is to be done when
-- depends: matching_0004_pre_healing

-- migrate: apply

-- Whom dry runs would offer whom, until they are committed, given up, or lapse.
create table drafts (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    run_id uuid not null generated always as ((state ->> 'run_id')::uuid) stored,
    mentee_id uuid not null generated always as ((state ->> 'mentee_id')::uuid) stored,
    mentor_id uuid generated always as ((state ->> 'mentor_id')::uuid) stored,
    primary key (organisation_id, id)
);
create unique index drafted_once_a_run on drafts (organisation_id, run_id, mentee_id);
create index drafts_of_mentee on drafts (organisation_id, mentee_id);
create index drafts_of_mentor on drafts (organisation_id, mentor_id);
select cairn.protect('drafts'), cairn.census('drafts');

-- The people and the rules that a run was computed from: with them it comes to the same again.
create table run_inputs (
    organisation_id uuid not null,
    run_id uuid not null,
    frozen bytea not null,
    primary key (organisation_id, run_id)
);
select cairn.protect('run_inputs');

alter table run_work
    add column stage text collate "C" not null default 'compute',
    add column due_at timestamptz not null default now(),  -- when the stage is to be worked on
    add column inputs text not null default '',
    add column outcome text not null default '';
update run_work set stage = 'propose' where certificate is not null;
create index run_work_due on run_work (due_at, run_id);

-- A mentee for whom there was nobody: why, and what would help.
alter table run_proposals
    alter column mentor_id drop not null,
    add column unmatched text not null default '',
    add column remedy text not null default '';

create index enrolments_waiting on enrolments (organisation_id, programme_id, person_id)
    where state -> 'waiting' <> 'null'::jsonb;

-- migrate: rollback

drop index enrolments_waiting;
delete from run_proposals where mentor_id is null;
alter table run_proposals drop column remedy, drop column unmatched,
    alter column mentor_id set not null;
delete from run_work where stage not in ('compute', 'propose');
alter table run_work drop column outcome, drop column inputs, drop column due_at, drop column stage;
drop table run_inputs, drafts;
