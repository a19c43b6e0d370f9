-- Requests: mentees ask mentors of their own choice
-- depends: matching_0004_pre_healing

-- migrate: apply

create table requests (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    programme_id uuid not null generated always as ((state ->> 'programme_id')::uuid) stored,
    mentee_id uuid not null generated always as ((state ->> 'mentee_id')::uuid) stored,
    mentor_id uuid not null generated always as ((state ->> 'mentor_id')::uuid) stored,
    status text collate "C" not null generated always as (state ->> 'status') stored,
    -- as it is written, in UTC: so its order is that of time
    expires_at text collate "C" not null generated always as (state ->> 'expires_at') stored,
    primary key (organisation_id, id)
);
create unique index asked_once on requests (organisation_id, mentee_id, programme_id, mentor_id)
    where status = 'asked';
create index requests_to_mentor on requests (organisation_id, mentor_id) where status = 'asked';
create index requests_ever_of_mentee on requests (organisation_id, mentee_id);
create index requests_ever_to_mentor on requests (organisation_id, mentor_id);
create index requests_declined on requests (organisation_id, programme_id, mentee_id, mentor_id)
    where status = 'declined';
create index requests_due on requests (expires_at) where status = 'asked';
select cairn.protect('requests'), cairn.census('requests');
-- The job that lets them expire finds them in every tenant.
grant select (status, expires_at) on requests to cairn_pipe;

-- migrate: rollback

drop table requests;
