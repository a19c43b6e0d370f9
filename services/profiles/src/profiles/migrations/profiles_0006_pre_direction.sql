-- Where people want to go: assessments, career paths, roadmaps; and the moves that people made
-- depends: profiles_0004_pre_healing

-- migrate: apply

create table assessments (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    person_id uuid not null generated always as ((state ->> 'person_id')::uuid) stored,
    primary key (organisation_id, id),
    constraint person_has_one_assessment unique (organisation_id, person_id)
);
select cairn.protect('assessments'), cairn.census('assessments');

create table career_paths (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    person_id uuid not null generated always as ((state ->> 'person_id')::uuid) stored,
    primary key (organisation_id, id),
    constraint person_has_one_set_of_paths unique (organisation_id, person_id)
);
select cairn.protect('career_paths'), cairn.census('career_paths');

create table roadmaps (
    organisation_id uuid not null,
    id uuid not null,
    version bigint not null,
    state jsonb not null,
    person_id uuid not null generated always as ((state ->> 'person_id')::uuid) stored,
    primary key (organisation_id, id)
);
create index roadmaps_of_person on roadmaps (organisation_id, person_id);
select cairn.protect('roadmaps'), cairn.census('roadmaps');

-- From one occupation to the next, as the people's own rows have it; who is erased takes theirs along.
create table moves (
    organisation_id uuid not null,
    person_id uuid not null,
    place int not null,
    origin text collate "C" not null,
    destination text collate "C" not null,
    primary key (organisation_id, person_id, place),
    foreign key (organisation_id, person_id) references people on delete cascade
);
create index moves_between on moves (organisation_id, origin, destination, person_id);
select cairn.protect('moves');

create function note_moves() returns trigger
language plpgsql
as $$
begin
    delete from moves where organisation_id = new.organisation_id and person_id = new.id;
    insert into moves
    select new.organisation_id, new.id, place, origin, destination
    from (
        select place, held as destination, lead(held) over (order by place) as origin
        from (
            select 0 as place, coalesce(new.state ->> 'occupation', '') as held
            union all
            select earlier.place, coalesce(position ->> 'occupation', '')
            from jsonb_array_elements(coalesce(new.state -> 'career', '[]'))
                with ordinality as earlier (position, place)
        ) positions
    ) steps
    where origin <> '' and destination <> '' and origin <> destination;
    return null;
end $$;

create trigger moves_of_joiners after insert on people for each row
    when (jsonb_array_length(coalesce(new.state -> 'career', '[]')) > 0)
    execute function note_moves();
create trigger moves_of_others after update on people for each row
    when (old.state -> 'career' is distinct from new.state -> 'career'
        or old.state -> 'occupation' is distinct from new.state -> 'occupation')
    execute function note_moves();

-- migrate: rollback

drop trigger moves_of_joiners on people;
drop trigger moves_of_others on people;
drop function note_moves();
drop table moves, roadmaps, career_paths, assessments;
