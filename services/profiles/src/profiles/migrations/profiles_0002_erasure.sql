-- Erasures: who is to be forgotten, and how far that has come
-- depends: profiles_0001_pre_network

-- migrate: apply

create table erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    is_open boolean not null generated always as (state ->> 'completed_at' is null) stored,
    primary key (organisation_id, id)
);
create index erasures_open on erasures (organisation_id) where is_open;
select cairn.protect('erasures');
select cairn.share('erasures');                 -- they are watched over in every tenant

-- migrate: rollback

drop table erasures;
