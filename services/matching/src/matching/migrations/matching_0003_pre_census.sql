-- A rebuild sees which copies there are
-- depends: matching_0001_pre_programmes

-- migrate: apply

select cairn.census('people');

-- migrate: rollback

drop policy census on people;
revoke select (organisation_id, id, version) on people from cairn_pipe;
