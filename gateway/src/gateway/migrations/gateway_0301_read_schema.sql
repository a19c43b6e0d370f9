-- The read model in a schema of its own, so that another can be made beside it and take its place
-- depends: gateway_0201_pre_event_trail

-- migrate: apply

create schema read;
grant usage on schema read to cairn_app, cairn_pipe;

alter table organisations set schema read;
alter table sites set schema read;
alter table people set schema read;
alter table programmes set schema read;
alter table enrolments set schema read;
alter table matching_runs set schema read;
alter table pairings set schema read;
alter table sessions set schema read;
alter table goals set schema read;
alter table feedback set schema read;
alter table notifications set schema read;
alter table preferences set schema read;

-- Statements say `people`, and mean those of the schema that is called `read` when they run. New
-- connections find it so; this one too, for the migrations that come after.
do $$
begin
    execute format('alter database %I set search_path = public, read', current_database());
end $$;
set search_path = public, read;

-- migrate: rollback

alter table organisations set schema public;
alter table sites set schema public;
alter table people set schema public;
alter table programmes set schema public;
alter table enrolments set schema public;
alter table matching_runs set schema public;
alter table pairings set schema public;
alter table sessions set schema public;
alter table goals set schema public;
alter table feedback set schema public;
alter table notifications set schema public;
alter table preferences set schema public;
do $$
begin
    execute format('alter database %I reset search_path', current_database());
end $$;
drop schema read;
