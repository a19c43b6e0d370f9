-- What a position is of, when a reaction was born, and what a rebuild of copies works with
-- depends: chassis_0001_pre_platform

-- migrate: apply

-- The topic's id: one that was deleted and made anew has another. Null until a consumer fills it in.
alter table cairn.positions add column topic_id uuid;

-- The moment of a birth finds its offset again in a log that was made anew. Of those that were
-- recorded before there was this column, the moment is now.
alter table cairn.births add column born_at timestamptz not null default now();

-- Where a rebuild stands that reads a topic again, beside the consumer.
create table cairn.rebuilding (like cairn.positions including all);
grant select, insert, update, delete on cairn.rebuilding to cairn_pipe;

-- Let the pipes see which copies there are, of all tenants: their keys and versions, never a state.
create function cairn.census(target regclass) returns void
language plpgsql
as $$
begin
    execute format('create policy census on %s for select to cairn_pipe using (true)', target);
    execute format('grant select (organisation_id, id, version) on %s to cairn_pipe', target);
end $$;
revoke execute on function cairn.census(regclass) from public;

-- migrate: rollback

drop function cairn.census(regclass);
drop table cairn.rebuilding;
alter table cairn.births drop column born_at;
alter table cairn.positions drop column topic_id;
