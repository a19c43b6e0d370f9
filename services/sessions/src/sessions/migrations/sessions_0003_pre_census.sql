-- A rebuild sees which copies there are
-- depends: sessions_0001_pre_sessions

-- migrate: apply

select cairn.census('pairings');

-- migrate: rollback

drop policy census on pairings;
revoke select (organisation_id, id, version) on pairings from cairn_pipe;
