-- Organisations, their sites and their people
-- depends:

-- migrate: apply

create table organisations (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id),
    constraint organisation_is_its_own_tenant check (id = organisation_id)
);
select cairn.protect('organisations');

create table sites (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    code text collate "C" not null generated always as (state ->> 'code') stored,
    primary key (organisation_id, id),
    constraint site_code_is_unique unique (organisation_id, code)
);
select cairn.protect('sites');

create table people (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    employee_number text collate "C" not null
        generated always as (state ->> 'employee_number') stored,
    subject text collate "C" not null generated always as (state ->> 'subject') stored,
    site_id uuid not null generated always as ((state ->> 'site_id')::uuid) stored,
    manager_id uuid generated always as ((state ->> 'manager_id')::uuid) stored,
    primary key (organisation_id, id),
    constraint person_is_at_a_site foreign key (organisation_id, site_id) references sites,
    constraint employee_number_is_unique unique (organisation_id, employee_number),
    -- Two people may trade subjects in one import, which writes in several statements.
    constraint subject_is_unique unique (organisation_id, subject) deferrable initially deferred
);
select cairn.protect('people');

-- migrate: rollback

drop table people, sites, organisations;
