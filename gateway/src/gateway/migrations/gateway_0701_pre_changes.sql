-- The delta feed: when each row changed last, and what has left whose sight
-- depends: gateway_0501_pre_filters

-- migrate: apply

-- The number of the last transaction that changed something of the organisation. Whoever projects
-- takes the next one as a lock, and has it until the commit: numbers become visible in their order.
create table read.change_numbers (
    organisation_id uuid not null,
    last bigint not null,  -- microseconds since 1970, or one more than the one before
    primary key (organisation_id)
);
select cairn.protect('read.change_numbers');
select cairn.share('read.change_numbers');

-- Rows that were deleted, for each person who may have seen them.
create table read.departures (
    organisation_id uuid not null,
    person_id uuid not null,
    type text collate "C" not null,
    id uuid not null,
    changed bigint not null,
    primary key (organisation_id, person_id, type, id)
);
create index departures_by_person on read.departures (organisation_id, person_id, changed, id);
select cairn.protect('read.departures');
select cairn.share('read.departures');

alter table read.organisations add column changed bigint not null default 0;
alter table read.sites add column changed bigint not null default 0;
alter table read.people add column changed bigint not null default 0;
alter table read.programmes add column changed bigint not null default 0;
alter table read.enrolments add column changed bigint not null default 0;
alter table read.pairings add column changed bigint not null default 0;
alter table read.sessions add column changed bigint not null default 0;
alter table read.goals add column changed bigint not null default 0;
alter table read.feedback add column changed bigint not null default 0;
alter table read.notifications add column changed bigint not null default 0;
alter table read.preferences add column changed bigint not null default 0;
alter table read.matching_runs add column changed bigint not null default 0;
alter table read.erasures add column changed bigint not null default 0;
alter table read.matching_erasures add column changed bigint not null default 0;
alter table read.sessions_erasures add column changed bigint not null default 0;
alter table read.notifications_erasures add column changed bigint not null default 0;

create index sites_changed on read.sites (organisation_id, changed, id);
create index programmes_changed on read.programmes (organisation_id, changed, id);
create index enrolments_changed on read.enrolments (organisation_id, person_id, changed, id);
create index pairings_changed_of_mentor on read.pairings (organisation_id, mentor_id, changed, id);
create index pairings_changed_of_mentee on read.pairings (organisation_id, mentee_id, changed, id);
create index sessions_changed_of_mentor on read.sessions (organisation_id, mentor_id, changed, id);
create index sessions_changed_of_mentee on read.sessions (organisation_id, mentee_id, changed, id);
create index goals_changed on read.goals (organisation_id, person_id, changed, id);
create index feedback_changed_of_author on read.feedback (organisation_id, author_id, changed, id);
create index feedback_changed_of_other on read.feedback (organisation_id, about_id, changed, id);
create index notifications_changed on read.notifications (organisation_id, person_id, changed, id);

-- migrate: rollback

alter table read.organisations drop column changed;
alter table read.sites drop column changed;
alter table read.people drop column changed;
alter table read.programmes drop column changed;
alter table read.enrolments drop column changed;
alter table read.pairings drop column changed;
alter table read.sessions drop column changed;
alter table read.goals drop column changed;
alter table read.feedback drop column changed;
alter table read.notifications drop column changed;
alter table read.preferences drop column changed;
alter table read.matching_runs drop column changed;
alter table read.erasures drop column changed;
alter table read.matching_erasures drop column changed;
alter table read.sessions_erasures drop column changed;
alter table read.notifications_erasures drop column changed;
drop table read.departures;
drop table read.change_numbers;
