-- A rebuild sees which copies there are
-- depends: notifications_0001_pre_inbox

-- migrate: apply

select cairn.census('people');
select cairn.census('programmes');
select cairn.census('sessions');

-- migrate: rollback

drop policy census on people;
revoke select (organisation_id, id, version) on people from cairn_pipe;
drop policy census on programmes;
revoke select (organisation_id, id, version) on programmes from cairn_pipe;
drop policy census on sessions;
revoke select (organisation_id, id, version) on sessions from cairn_pipe;
