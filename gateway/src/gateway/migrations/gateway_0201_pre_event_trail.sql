-- The trail: what is said around every event, never what it says; it outlives traces
-- depends: gateway_0101_pre_read_model

-- migrate: apply

-- An event's id is a UUIDv7, in the order of time: so a partition is a month, an event is looked up
-- in one of them, and to forget a month is to drop its table.
create table events (
    organisation_id uuid not null,
    id uuid not null,
    type text not null,
    source text not null,
    subject uuid not null,
    version bigint not null,
    "time" timestamptz not null,
    actor text not null,
    causation_id uuid not null,
    correlation_id uuid not null,
    traceparent text,
    primary key (organisation_id, id)
) partition by range (id);
create index events_by_cause on events (organisation_id, causation_id);
create index events_by_request on events (organisation_id, correlation_id);
select cairn.protect('events');
select cairn.share('events');

-- For ids that are no UUIDv7, and for months that have no partition yet.
create table events_other partition of events default;
alter table events_other enable row level security;
alter table events_other force row level security;

-- The least UUIDv7 of a moment.
create function first_id_at(moment timestamptz) returns uuid
language sql immutable parallel safe
as $$
    select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
$$;

-- Partitions for this month and those to come; safe to call again, and by several at once.
-- The projector calls it, though only the owner may make tables: hence the definer's rights.
create function prepare_event_months(ahead int) returns void
language plpgsql security definer
set search_path = public, pg_temp
as $$
declare
    month timestamp;
    name text;
begin
    perform pg_advisory_xact_lock(hashtext('event months'));
    for month in
        select date_trunc('month', now() at time zone 'UTC') + make_interval(months => step)
        from generate_series(0, ahead) as step
    loop
        name := 'events_' || to_char(month, 'YYYY_MM');
        continue when to_regclass(name) is not null;
        execute format(
            'create table %I partition of events for values from (%L) to (%L)',
            name,
            first_id_at(month at time zone 'UTC'),
            first_id_at((month + interval '1 month') at time zone 'UTC'));
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
    end loop;
end $$;
revoke execute on function prepare_event_months(int) from public;
grant execute on function prepare_event_months(int) to cairn_pipe;
select prepare_event_months(3);

-- What caused an event, the event, and all that it caused; or, of a request, all that came of it:
-- the earliest thousand.
create function event_trail(wanted uuid) returns setof events
language sql stable
as $$
    with recursive causes as (
        select e.* from events e
        where e.organisation_id = cairn.organisation() and e.id = wanted
        union
        select cause.* from causes c
        join events cause
            on cause.organisation_id = c.organisation_id and cause.id = c.causation_id
    ),
    effects as (
        select e.* from events e
        where e.organisation_id = cairn.organisation()
          and (e.id = wanted or e.correlation_id = wanted)
        union
        select effect.* from effects f
        join events effect
            on effect.organisation_id = f.organisation_id and effect.causation_id = f.id
    )
    select * from causes
    union
    select * from effects
    order by "time", id
    limit 1000
$$;

-- The projector keeps graves too, across tenants.
select cairn.share('cairn.graves');

-- migrate: rollback

drop policy pipe on cairn.graves;
drop function event_trail(uuid);
drop function prepare_event_months(int);
drop table events;
drop function first_id_at(timestamptz);
