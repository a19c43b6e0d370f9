-- What every service's database holds besides the service's own tables
-- depends:

-- migrate: apply

create schema cairn;
grant usage on schema cairn to cairn_app, cairn_pipe;

-- The tenant of the running transaction, or null: then no policy below lets a row through.
create function cairn.organisation() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('cairn.organisation', true), '')::uuid $$;

-- Put a table behind the tenant wall: the application sees and writes its own tenant's rows only.
-- The tenant stands in a subquery because PostgreSQL's planner evaluates what is not, to estimate:
-- a plan that is made while no tenant is set would reckon with no rows at all, and be kept.
create function cairn.protect(target regclass) returns void
language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format(
        'create policy tenant on %s to cairn_app'
        ' using (organisation_id = (select cairn.organisation()))'
        ' with check (organisation_id = cairn.organisation())', target);
    execute format('grant select, insert, update, delete on %s to cairn_app', target);
end $$;

-- Let the pipes (relay, consumer, projector) work on a protected table across tenants.
create function cairn.share(target regclass) returns void
language plpgsql
as $$
begin
    execute format('create policy pipe on %s to cairn_pipe using (true) with check (true)', target);
    execute format('grant select, insert, update, delete on %s to cairn_pipe', target);
end $$;

revoke execute on function cairn.protect(regclass), cairn.share(regclass) from public;

-- Events that wait for the relay. A null body is a tombstone.
create table cairn.outbox (
    position bigint generated always as identity primary key,
    organisation_id uuid not null,
    lane smallint not null,                     -- 0 interactive, 1 bulk
    topic text not null,
    key uuid not null,
    headers jsonb not null,
    body bytea,
    parked text,                                -- why Kafka refused it for good
    created_at timestamptz not null default now()
);
-- Each lane has an index of its own: a few rows of one are found among a million of the other,
-- whatever the planner believes of a table that is empty most of the time.
create index outbox_interactive on cairn.outbox (position) where lane = 0 and parked is null;
create index outbox_bulk on cairn.outbox (position) where lane = 1 and parked is null;
create index outbox_key on cairn.outbox (topic, key);
create index outbox_parked on cairn.outbox (topic, key) where parked is not null;
select cairn.protect('cairn.outbox');
select cairn.share('cairn.outbox');

-- The answers to commands by idempotency key, refusals too; kept for 30 days.
create table cairn.answers (
    organisation_id uuid not null,
    caller text not null,
    command text not null,
    key text not null,
    request_hash bytea not null,
    status smallint not null,
    answer bytea not null,
    answered_at timestamptz not null default now(),
    primary key (organisation_id, caller, command, key)
);
create index answers_age on cairn.answers (answered_at);
select cairn.protect('cairn.answers');
select cairn.share('cairn.answers');

-- Where the consumer stands: the only position there is.
create table cairn.positions (
    topic text not null,
    partition int not null,
    next bigint not null,
    cluster text not null,                      -- the Kafka cluster the position is of
    moved_at timestamptz not null default now(),
    primary key (topic, partition)
);
grant select, insert, update, delete on cairn.positions to cairn_pipe;

-- From where on a reaction acts: the topic's ends when it was first deployed.
create table cairn.births (
    reaction text not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    primary key (reaction, topic, partition)
);
grant select on cairn.births to cairn_pipe;

-- The newest version of a subject that a reaction has handled.
create table cairn.handled (
    organisation_id uuid not null,
    reaction text not null,
    subject uuid not null,
    version bigint not null,
    primary key (organisation_id, reaction, subject)
);
select cairn.protect('cairn.handled');

-- What was erased, so that nothing at or below that version comes back.
create table cairn.graves (
    organisation_id uuid not null,
    topic text not null,
    subject uuid not null,
    version bigint not null,
    primary key (organisation_id, topic, subject)
);
select cairn.protect('cairn.graves');

-- Events whose reaction needs something that has not arrived yet.
create table cairn.waiting (
    organisation_id uuid not null,
    reaction text not null,
    subject uuid not null,
    version bigint not null,
    awaited_topic text not null,
    awaited_subject uuid not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    headers jsonb not null,
    body bytea not null,
    failures int not null default 0,
    since timestamptz not null default now(),
    due_at timestamptz not null default now() + interval '1 s',
    primary key (organisation_id, reaction, subject, version)
);
create index waiting_awaited on cairn.waiting (organisation_id, awaited_topic, awaited_subject);
create index waiting_due on cairn.waiting (due_at);
select cairn.protect('cairn.waiting');
select cairn.share('cairn.waiting');

-- Effects outside the database: planned with the event, carried out by a sender.
create table cairn.deliveries (
    organisation_id uuid not null,
    id uuid not null,
    kind text not null,
    recipient uuid not null,
    payload jsonb not null,
    trace jsonb not null,                       -- the trace context it was planned in
    event_id uuid not null,
    planned_at timestamptz not null default now(),
    attempts int not null default 0,
    due_at timestamptz not null default now(),  -- a claim moves it into the future
    failure text,                               -- why the last attempt failed
    settled_at timestamptz,
    outcome text,                               -- sent, suppressed, abandoned
    primary key (organisation_id, id)
);
create index deliveries_due on cairn.deliveries (due_at) where settled_at is null;
create index deliveries_age on cairn.deliveries (settled_at) where settled_at is not null;
select cairn.protect('cairn.deliveries');
select cairn.share('cairn.deliveries');

-- Records that could not be handled; a record may name no tenant, so only the pipes see it.
create table cairn.dead_letters (
    id bigint generated always as identity primary key,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    reaction text not null default '',          -- empty: the record itself could not be read
    organisation_id uuid,
    subject uuid,
    version bigint,
    key bytea,
    headers jsonb not null,                     -- [name, value in base64 or null], as they came
    body bytea,
    reason text not null,
    attempts int not null,
    parked_at timestamptz not null default now(),
    unique (topic, partition, "offset", reaction)
);
grant select, insert, update, delete on cairn.dead_letters to cairn_pipe;

-- migrate: rollback

drop schema cairn cascade;
