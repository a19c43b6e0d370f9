-- Let the relay compare what the service owns with its log: keys and versions, never a state
-- depends: sessions_0001_pre_sessions sessions_0002_erasure

-- migrate: apply

select
    cairn.census('sessions'),
    cairn.census('goals'),
    cairn.census('feedback'),
    cairn.census('erasures');

-- migrate: rollback

drop policy census on sessions;
revoke select (organisation_id, id, version) on sessions from cairn_pipe;
drop policy census on goals;
revoke select (organisation_id, id, version) on goals from cairn_pipe;
drop policy census on feedback;
revoke select (organisation_id, id, version) on feedback from cairn_pipe;
drop policy census on erasures;
revoke select (organisation_id, id, version) on erasures from cairn_pipe;
