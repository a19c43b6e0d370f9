-- Kinds of programmes, consent and waiting lists, dry runs and what they draft
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
        generated always as (
            coalesce(instant(waiting ->> 'since'), timestamptz '9999-12-31 00:00:00+00')) stored;
alter table read.matching_runs
    add column dry boolean not null default false,
    add column seed bigint not null default 0,
    add column progress double precision not null default 0,
    add column inputs text not null default '',
    add column outcome text not null default '',
    add column edits int not null default 0;

-- What rows of before do not say yet.
create temporary table usual on commit drop as select '{"min_hours_shared": null,
    "reporting_steps": 1, "site": "any", "department": "any", "min_levels_above": null,
    "max_levels_above": null, "needs_consent": false, "again": false, "weight_aspiration": 1,
    "weight_path": 1, "weight_working_style": 0, "weight_seniority": 0, "weight_background": 0,
    "mode": "stable", "parity": []}'::jsonb as rules;
update read.programmes p set rules = usual.rules || p.rules from usual;
update read.matching_runs r set rules = usual.rules || r.rules from usual;
update read.matching_runs
set certificate = '{"mode": "stable", "top_three": 0, "tenth_percentile": 0, "total_score": 0,
    "largest_regret": 0, "hard_rule_violations": 0, "load_gini": 0, "optimality_gap": null,
    "parity": [], "shortages": []}'::jsonb || certificate
where certificate is not null;

create index enrolments_waiting on read.enrolments (organisation_id, programme_id, enrolled_at, id)
    where waiting is not null;
create index enrolments_by_waiting
    on read.enrolments (organisation_id, programme_id, waiting_since, id);

create table read.drafts (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    run_id uuid not null,
    programme_id uuid not null,
    mentee_id uuid not null,
    mentor_id uuid,
    score double precision not null,
    reasons jsonb not null,
    unmatched text not null,
    remedy text not null,
    edited_by uuid,
    changed bigint not null default 0,
    primary key (organisation_id, id)
);
create index drafts_by_score on read.drafts (organisation_id, run_id, score, id);
create index drafts_unmatched on read.drafts (organisation_id, run_id, score, id)
    where mentor_id is null;
create index drafts_by_mentee on read.drafts (organisation_id, run_id, mentee_id);
select cairn.protect('read.drafts'), cairn.share('read.drafts');

-- migrate: rollback

drop table read.drafts;
drop index read.enrolments_by_waiting, read.enrolments_waiting;
alter table read.matching_runs drop column edits, drop column outcome, drop column inputs,
    drop column progress, drop column seed, drop column dry;
alter table read.enrolments
    drop column waiting_since, drop column waiting, drop column consented_at;
alter table read.programmes drop column kind;
drop function instant(text);
