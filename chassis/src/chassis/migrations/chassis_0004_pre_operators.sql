-- What operators threw away: where it stood and why, never what it said
-- depends: chassis_0001_pre_platform

-- migrate: apply

-- A record that could not be read may name no tenant, so only the pipes see it.
create table cairn.discarded (
    id bigint generated always as identity primary key,
    parked text not null,                       -- its id while it was parked
    topic text not null,
    partition int,                              -- null: it never got to the log
    "offset" bigint,
    reaction text not null,
    organisation_id uuid,
    event_id text,
    subject uuid,
    version bigint,
    parked_because text not null,
    parked_at timestamptz not null,
    discarded_by text not null,
    discarded_because text not null,
    discarded_at timestamptz not null default now()
);
grant select, insert on cairn.discarded to cairn_pipe;

-- migrate: rollback

drop table cairn.discarded;
