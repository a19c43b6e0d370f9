-- Exclusions, and since when proposals wait for an answer
-- depends: matching_0006_pre_requests

-- migrate: apply

create table exclusions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    person_id uuid not null generated always as ((state ->> 'person_id')::uuid) stored,
    other_id uuid not null generated always as ((state ->> 'other_id')::uuid) stored,
    programme_id uuid generated always as ((state ->> 'programme_id')::uuid) stored,
    -- made by the person, in confidence
    own boolean not null generated always as
        (coalesce(state ->> 'made_by' = state ->> 'person_id', false)) stored,
    primary key (organisation_id, id)
);
create index exclusions_by_person on exclusions (organisation_id, person_id);
create index exclusions_of_other on exclusions (organisation_id, other_id);
select cairn.protect('exclusions'), cairn.census('exclusions');

-- While it is proposed; as it is written, in UTC: so its order is that of time.
alter table pairings add column proposed_since text collate "C" generated always as
    (case when state ->> 'status' = 'proposed' then state ->> 'proposed_at' end) stored;
create index pairings_unanswered on pairings (proposed_since) where proposed_since is not null;
grant select (proposed_since) on pairings to cairn_pipe;

-- migrate: rollback

alter table pairings drop column proposed_since;
drop table exclusions;
