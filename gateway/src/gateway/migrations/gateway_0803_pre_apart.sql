-- Exclusions, and whom people would like best
-- depends: gateway_0801_pre_matching gateway_0802_pre_requests

-- migrate: apply

create table read.exclusions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    other_id uuid not null,
    programme_id uuid,
    made_by uuid,
    made_at timestamptz not null,
    own boolean not null generated always as (coalesce(made_by = person_id, false)) stored,
    changed bigint not null default 0,
    primary key (organisation_id, id)
);
create index exclusions_by_person on read.exclusions (organisation_id, person_id, made_at, id);
create index exclusions_by_maker on read.exclusions (organisation_id, made_by, made_at, id);
create index exclusions_by_programme
    on read.exclusions (organisation_id, programme_id, made_at, id) where not own;
create index exclusions_changed on read.exclusions (organisation_id, made_by, changed, id);
select cairn.protect('read.exclusions'), cairn.share('read.exclusions');

alter table read.enrolments add column ranked jsonb not null default '[]';

-- migrate: rollback

alter table read.enrolments drop column ranked;
drop table read.exclusions;
