-- What sites are called, for a certificate to say how each fares
-- depends: matching_0003_pre_census

-- migrate: apply

-- A copy of what profiles says.
create table sites (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('sites'), cairn.census('sites');

-- migrate: rollback

drop table sites;
