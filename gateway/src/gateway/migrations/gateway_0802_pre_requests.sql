-- Requests of mentees to mentors
-- depends: gateway_0701_pre_changes

-- migrate: apply

create table read.requests (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    programme_id uuid not null,
    mentee_id uuid not null,
    mentor_id uuid not null,
    message text not null,
    score double precision not null,
    reasons jsonb not null,
    status text not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz,
    answer text not null,
    pairing_id uuid,
    changed bigint not null default 0,
    primary key (organisation_id, id)
);
create index requests_by_mentor on read.requests (organisation_id, mentor_id, asked_at, id);
create index requests_by_mentee on read.requests (organisation_id, mentee_id, asked_at, id);
create index requests_by_programme on read.requests (organisation_id, programme_id, asked_at, id);
create index requests_by_status
    on read.requests (organisation_id, programme_id, status, asked_at, id);
create index requests_changed_of_mentor on read.requests (organisation_id, mentor_id, changed, id);
create index requests_changed_of_mentee on read.requests (organisation_id, mentee_id, changed, id);
select cairn.protect('read.requests'), cairn.share('read.requests');

-- migrate: rollback

drop table read.requests;
