-- Inboxes and preferences, and copies of whom and what the notifications speak of
-- depends:

-- migrate: apply

create table notifications (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('notifications');

-- A person's; its id is the person's. Who has none here wishes what the contract's defaults say.
create table preferences (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('preferences');

-- Copies of what profiles, matching and sessions say.
create table people (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('people');

create table programmes (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('programmes');

create table sessions (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('sessions');

-- migrate: rollback

drop table sessions, programmes, people, preferences, notifications;
