-- The mentors who suit a mentee best; the id is her enrolment's
-- depends: matching_0007_pre_apart

-- migrate: apply

create table suggestions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    mentee_id uuid not null generated always as ((state ->> 'mentee_id')::uuid) stored,
    primary key (organisation_id, id)
);
create index suggestions_of_mentee on suggestions (organisation_id, mentee_id);
select cairn.protect('suggestions'), cairn.census('suggestions');

-- migrate: rollback

drop table suggestions;
