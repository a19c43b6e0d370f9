-- What erasing a person asks: whose the notifications are, and of whom they speak
-- depends: notifications_0001_pre_inbox

-- migrate: apply

-- Whom this service has erased, and what it says of that.
create table erasures (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    primary key (organisation_id, id)
);
select cairn.protect('erasures');

alter table notifications
    add column person_id uuid generated always as ((state ->> 'person_id')::uuid) stored,
    add column other_id uuid generated always as ((state ->> 'other_id')::uuid) stored;
create index notifications_of_person on notifications (organisation_id, person_id);
create index notifications_of_other on notifications (organisation_id, other_id);

-- migrate: rollback

alter table notifications drop column other_id, drop column person_id;
drop table erasures;
