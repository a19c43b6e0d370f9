-- Sessions, goals and feedback, and a copy of the pairings they belong to
-- depends:

-- migrate: apply

-- A moment from the JSON of a state. Every moment there carries its offset from UTC, so the answer
-- depends on the text alone, whatever the server's settings: immutable, as a generated column asks.
create function moment(text) returns timestamptz
language sql immutable strict parallel safe
as $$ select $1::timestamptz $$;

create table sessions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    pairing_id uuid generated always as ((state ->> 'pairing_id')::uuid) stored,
    status text generated always as (state ->> 'status') stored,
    ends_at timestamptz generated always as (moment(state ->> 'ends_at')) stored,
    primary key (organisation_id, id)
);
create index sessions_scheduled on sessions (organisation_id, pairing_id, ends_at)
    where status = 'scheduled';
select cairn.protect('sessions');

create table goals (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('goals');

create table feedback (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('feedback');

-- Copies of what matching says.
create table pairings (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('pairings');

-- migrate: rollback

drop table pairings, feedback, goals, sessions;
drop function moment(text);
