-- Whom mentees may ask: the mentors who suited each best, and why
-- depends: gateway_0803_pre_apart

-- migrate: apply

create table read.suggestions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    programme_id uuid not null,
    mentee_id uuid not null,
    mentors jsonb not null,
    as_of timestamptz not null,
    changed bigint not null default 0,
    primary key (organisation_id, id)
);
create index suggestions_changed on read.suggestions (organisation_id, mentee_id, changed, id);
select cairn.protect('read.suggestions'), cairn.share('read.suggestions');

-- migrate: rollback

drop table read.suggestions;
