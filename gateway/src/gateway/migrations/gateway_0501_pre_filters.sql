-- Indexes for relations that are large and are asked for in part: without, few are found among all
-- depends: gateway_0401_erasures

-- migrate: apply

create index enrolments_by_role
    on enrolments (organisation_id, programme_id, role, enrolled_at, id);
create index enrolments_by_status
    on enrolments (organisation_id, programme_id, status, enrolled_at, id);
create index pairings_by_status
    on pairings (organisation_id, programme_id, status, proposed_at, id);
create index pairings_of_run_by_status
    on pairings (organisation_id, run_id, status, proposed_at, id);

-- migrate: rollback

drop index enrolments_by_role, enrolments_by_status, pairings_by_status, pairings_of_run_by_status;
