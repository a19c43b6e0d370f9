-- Where people want to go: assessments, career paths, roadmaps
-- depends: gateway_0701_pre_changes gateway_0601_pre_search

-- migrate: apply

create table read.assessments (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    changed bigint not null default 0,
    person_id uuid not null,
    answers jsonb not null,
    interests jsonb not null,
    values text[] not null,
    strengths text[] not null,
    skills jsonb not null,
    shared text[] not null,
    was_shared boolean not null,
    made_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (organisation_id, id)
);
create index assessments_by_person on read.assessments (organisation_id, person_id);

create table read.career_paths (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    changed bigint not null default 0,
    person_id uuid not null,
    occupation text not null,
    title text not null,
    target text not null,
    paths jsonb not null,
    explored_at timestamptz not null,
    primary key (organisation_id, id)
);
create index career_paths_by_person on read.career_paths (organisation_id, person_id);

-- The last part of an occupation's URI, by which people are found in `terms`.
create function occupation_term(uri text) returns text
language sql immutable parallel safe
as $$ select left(regexp_replace(uri, '^.*/', ''), 47) $$;

-- From each stop of a path to the next, as in `terms`.
create function moves_along(path jsonb) returns text[]
language sql immutable parallel safe
as $$
    select coalesce(array_agg(occupation_term(path -> place - 1 ->> 'occupation')
        || ' ' || occupation_term(path -> place ->> 'occupation') order by place), '{}')
    from generate_series(1, jsonb_array_length(path) - 1) place
$$;

create table read.roadmaps (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    changed bigint not null default 0,
    person_id uuid not null,
    title text not null,
    path jsonb not null,
    milestones jsonb not null,
    skills jsonb not null,
    shared boolean not null,
    was_shared boolean not null,
    drawn_at timestamptz not null,
    target text not null
        generated always as (occupation_term(path -> -1 ->> 'occupation')) stored,
    moves text[] not null generated always as (moves_along(path)) stored,
    milestone_count int not null generated always as (jsonb_array_length(milestones)) stored,
    milestones_done int not null generated always as (jsonb_array_length(
        jsonb_path_query_array(milestones, '$[*] ? (@.done_at != null)'))) stored,
    skill_count int not null generated always as (jsonb_array_length(skills)) stored,
    skills_built int not null generated always as (jsonb_array_length(
        jsonb_path_query_array(skills, '$[*] ? (@.built == true)'))) stored,
    primary key (organisation_id, id)
);
create index roadmaps_by_person on read.roadmaps (organisation_id, person_id, drawn_at, id);

select cairn.protect('read.assessments'), cairn.share('read.assessments');
select cairn.protect('read.career_paths'), cairn.share('read.career_paths');
select cairn.protect('read.roadmaps'), cairn.share('read.roadmaps');

-- migrate: rollback

drop table read.assessments, read.career_paths, read.roadmaps;
drop function moves_along(jsonb);
drop function occupation_term(text);
