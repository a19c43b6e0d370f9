-- What erasing a person asks: whom it concerns, closed or not
-- depends: matching_0001_pre_programmes

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

create index pairings_ever_of_mentor on pairings (organisation_id, mentor_id);
create index pairings_ever_of_mentee on pairings (organisation_id, mentee_id);
create index enrolments_ever_of_person on enrolments (organisation_id, person_id);

-- migrate: rollback

drop index enrolments_ever_of_person, pairings_ever_of_mentee, pairings_ever_of_mentor;
drop table erasures;
