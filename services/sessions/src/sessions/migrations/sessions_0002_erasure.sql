-- What erasing a person asks: whom it concerns
-- depends: sessions_0001_pre_sessions

-- migrate: apply

-- Whom this service has erased, and what it says of that.
create table erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('erasures');

alter table sessions
    add column mentor_id uuid generated always as ((state ->> 'mentor_id')::uuid) stored,
    add column mentee_id uuid generated always as ((state ->> 'mentee_id')::uuid) stored;
create index sessions_of_mentor on sessions (organisation_id, mentor_id);
create index sessions_of_mentee on sessions (organisation_id, mentee_id);

alter table goals
    add column person_id uuid generated always as ((state ->> 'person_id')::uuid) stored;
create index goals_of_person on goals (organisation_id, person_id);

alter table feedback
    add column author_id uuid generated always as ((state ->> 'author_id')::uuid) stored,
    add column about_id uuid generated always as ((state ->> 'about_id')::uuid) stored;
create index feedback_by_author on feedback (organisation_id, author_id);
create index feedback_about on feedback (organisation_id, about_id);

alter table pairings
    add column mentor_id uuid generated always as ((state ->> 'mentor_id')::uuid) stored,
    add column mentee_id uuid generated always as ((state ->> 'mentee_id')::uuid) stored;
create index pairings_of_mentor on pairings (organisation_id, mentor_id);
create index pairings_of_mentee on pairings (organisation_id, mentee_id);

-- migrate: rollback

alter table pairings drop column mentee_id, drop column mentor_id;
alter table feedback drop column about_id, drop column author_id;
alter table goals drop column person_id;
alter table sessions drop column mentee_id, drop column mentor_id;
drop table erasures;
