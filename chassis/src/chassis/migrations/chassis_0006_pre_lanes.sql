-- Whether an event must wait behind others of its key in the bulk lane
-- depends: chassis_0001_pre_platform

-- migrate: apply

-- A function, for its setting: the plan is kept, and made while the outbox is all but empty. It must
-- not read the whole of a backlog later, for every command.
create function cairn.is_behind(wanted_topic text, wanted_key uuid) returns boolean
language plpgsql stable
set enable_seqscan to off
as $$
begin
    return exists (select from cairn.outbox
                   where topic = wanted_topic and key = wanted_key and lane = 1);
end $$;

-- migrate: rollback

drop function cairn.is_behind(text, uuid);
