-- Kinds of programmes, consent and waiting lists, dry runs and their progress
-- depends: gateway_0701_pre_changes

-- migrate: apply

-- A moment that is written with its zone is the same wherever it is read.
create function instant(text text) returns timestamptz
language plpgsql immutable parallel safe
as $$ begin return text::timestamptz; end $$;

alter table read.programmes add column kind text not null default 'one-to-one';
alter table read.enrolments
    add column consented_at timestamptz,
    add column waiting jsonb,
    add column waiting_since timestamptz not null
        generated always as (coalesce(instant(waiting ->> 'since'), 'infinity')) stored;
alter table read.matching_runs
    add column dry boolean not null default false,
    add column seed bigint not null default 0,
    add column progress double precision not null default 0;

create index enrolments_waiting
    on read.enrolments (organisation_id, programme_id, waiting_since, id) where waiting is not null;

-- migrate: rollback

drop index read.enrolments_waiting;
alter table read.matching_runs drop column dry, drop column seed, drop column progress;
alter table read.enrolments
    drop column waiting_since, drop column waiting, drop column consented_at;
alter table read.programmes drop column kind;
drop function instant(text);
