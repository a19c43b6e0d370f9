-- What an owner needs to compare its database with its own log, and to put either right
-- depends: chassis_0001_pre_platform

-- migrate: apply

-- Where the owner's reader of its own topics stands, and in which log.
create table cairn.healing (
    topic text not null,
    partition int not null,
    next bigint not null,
    cluster text not null,
    topic_id uuid not null,
    primary key (topic, partition)
);
grant select, insert, update, delete on cairn.healing to cairn_pipe;

-- When each topic's partitions got their last beat.
create table cairn.beats (
    topic text primary key,
    beaten_at timestamptz not null
);
grant select, insert, update on cairn.beats to cairn_pipe;

-- Why the service does no work, in a sentence that says what to run. One row, or none.
create table cairn.standstill (
    only_one boolean primary key default true check (only_one),
    reason text not null,
    since timestamptz not null default now()
);
grant select, insert, delete on cairn.standstill to cairn_pipe;

-- What `recover` has found in the log and not yet taken back. A null state is a tombstone.
create table cairn.recovered (
    organisation_id uuid not null,
    topic text not null,
    id uuid not null,
    version bigint not null,
    state jsonb,
    primary key (organisation_id, topic, id)
);
select cairn.protect('cairn.recovered');
select cairn.share('cairn.recovered');

-- migrate: rollback

drop table cairn.recovered, cairn.standstill, cairn.beats, cairn.healing;
