-- What people are found by: the words of a search, and the terms that a filter takes
-- depends: gateway_0501_pre_filters

-- migrate: apply

-- Under row-level security no index serves `like`, `@>` or a function of a column; equality and
-- ranges in "C" it does serve. So every word and every term is a row of its own, folded already.
create table read.terms (
    organisation_id uuid not null,
    id uuid not null,  -- the person's; or a site's, by whose words its people are found
    kind text collate "C" not null,  -- `word`, of a person; `site`; or the filter that takes it
    term text collate "C" not null,
    family_name text collate "C" not null,  -- the person's, that terms lie in the order of names
    given_name text collate "C" not null,
    primary key (organisation_id, id, kind, term)
);
create index terms_in_order
    on read.terms (organisation_id, kind, term, family_name, given_name, id);

-- Each word that is a term, by what is left of it when a letter is left out.
create table read.spellings (
    organisation_id uuid not null,
    key text collate "C" not null,
    word text collate "C" not null,
    primary key (organisation_id, key, word)
);

select cairn.protect('read.terms'), cairn.share('read.terms');
select cairn.protect('read.spellings'), cairn.share('read.spellings');

-- The keys of a word: itself, and without each of its letters. Short words and numbers have none:
-- too many would be alike.
create function keys_of(word text) returns setof text
language sql immutable parallel safe
as $$
    select distinct left(word, place - 1) || substr(word, place + 1)
    from generate_series(1, length(word) + 1) place
    where length(word) >= 4 and word !~ '[0-9]'
$$;

-- For the orders that a connection can be asked for, and filters that leave few of many.
alter table read.sites alter column city type text collate "C";
alter table read.programmes alter column name type text collate "C";
alter table read.goals add column due_by date not null
    generated always as (coalesce(due_on, date '9999-12-31')) stored;
create index sites_by_city on read.sites (organisation_id, city, name, id);
create index sites_by_country on read.sites (organisation_id, country, name, id);
create index people_by_joining on read.people (organisation_id, joined_at, id);
create index programmes_by_name on read.programmes (organisation_id, name, id);
create index pairings_by_score on read.pairings (organisation_id, programme_id, score, id);
create index pairings_of_run_by_score on read.pairings (organisation_id, run_id, score, id);
create index goals_by_day on read.goals (organisation_id, person_id, due_by, id);
create index goals_of_pairing_by_day on read.goals (organisation_id, pairing_id, due_by, id);
create index feedback_by_pairing on read.feedback (organisation_id, pairing_id, given_at, id);
create index notifications_by_kind
    on read.notifications (organisation_id, person_id, kind, posted_at, id);

-- migrate: rollback

drop index read.sites_by_city, read.sites_by_country, read.people_by_joining,
    read.programmes_by_name, read.pairings_by_score, read.pairings_of_run_by_score,
    read.goals_by_day, read.goals_of_pairing_by_day, read.feedback_by_pairing,
    read.notifications_by_kind;
alter table read.goals drop column due_by;

drop function keys_of(text);
drop table read.spellings, read.terms;
