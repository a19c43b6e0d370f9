-- Let the relay compare what the service owns with its log: keys and versions, never a state
-- depends: matching_0001_pre_programmes matching_0002_erasure

-- migrate: apply

select
    cairn.census('programmes'),
    cairn.census('enrolments'),
    cairn.census('runs'),
    cairn.census('pairings'),
    cairn.census('erasures');

-- migrate: rollback

drop policy census on programmes;
revoke select (organisation_id, id, version) on programmes from cairn_pipe;
drop policy census on enrolments;
revoke select (organisation_id, id, version) on enrolments from cairn_pipe;
drop policy census on runs;
revoke select (organisation_id, id, version) on runs from cairn_pipe;
drop policy census on pairings;
revoke select (organisation_id, id, version) on pairings from cairn_pipe;
drop policy census on erasures;
revoke select (organisation_id, id, version) on erasures from cairn_pipe;
