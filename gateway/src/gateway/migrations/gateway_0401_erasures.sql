-- Erasures, and what each service says of having done its part
-- depends: gateway_0301_read_schema

-- migrate: apply

create table read.erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    requested_by uuid,
    requested_at timestamptz not null,
    promised_by timestamptz not null,
    due_by timestamptz not null,
    steps jsonb not null,
    completed_at timestamptz,
    log_clear_by timestamptz,
    primary key (organisation_id, id)
);
create index erasures_by_request on read.erasures (organisation_id, requested_at, id);

create table read.matching_erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    done_at timestamptz not null,
    erased int not null,
    redacted int not null,
    primary key (organisation_id, id)
);

create table read.sessions_erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    done_at timestamptz not null,
    erased int not null,
    redacted int not null,
    primary key (organisation_id, id)
);

create table read.notifications_erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    person_id uuid not null,
    done_at timestamptz not null,
    erased int not null,
    redacted int not null,
    primary key (organisation_id, id)
);

select cairn.protect('read.erasures'), cairn.share('read.erasures');
select cairn.protect('read.matching_erasures'), cairn.share('read.matching_erasures');
select cairn.protect('read.sessions_erasures'), cairn.share('read.sessions_erasures');
select cairn.protect('read.notifications_erasures'), cairn.share('read.notifications_erasures');

-- migrate: rollback

drop table read.notifications_erasures, read.sessions_erasures, read.matching_erasures,
    read.erasures;
