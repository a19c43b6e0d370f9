-- Let the relay compare what the service owns with its log: keys and versions, never a state
-- depends: profiles_0001_pre_network profiles_0002_erasure

-- migrate: apply

select
    cairn.census('organisations'),
    cairn.census('sites'),
    cairn.census('people'),
    cairn.census('erasures');

-- migrate: rollback

drop policy census on organisations;
revoke select (organisation_id, id, version) on organisations from cairn_pipe;
drop policy census on sites;
revoke select (organisation_id, id, version) on sites from cairn_pipe;
drop policy census on people;
revoke select (organisation_id, id, version) on people from cairn_pipe;
drop policy census on erasures;
revoke select (organisation_id, id, version) on erasures from cairn_pipe;
