-- Let the relay compare what the service owns with its log: keys and versions, never a state
-- depends: notifications_0001_pre_inbox notifications_0002_erasure

-- migrate: apply

select
    cairn.census('notifications'),
    cairn.census('preferences'),
    cairn.census('erasures');

-- migrate: rollback

drop policy census on notifications;
revoke select (organisation_id, id, version) on notifications from cairn_pipe;
drop policy census on preferences;
revoke select (organisation_id, id, version) on preferences from cairn_pipe;
drop policy census on erasures;
revoke select (organisation_id, id, version) on erasures from cairn_pipe;
