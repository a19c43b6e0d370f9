-- What people's texts mean, as vectors, and whose texts have yet to be read
-- depends: matching_0001_pre_programmes

-- migrate: apply

do $$
begin
    if to_regtype('halfvec') is null then
        raise exception 'This database has no pgvector, or one older than 0.7. Install it on the'
            ' server, then run `python -m chassis.provision matching` once more, and this again.';
    end if;
end $$;

create table meanings (
    organisation_id uuid not null,
    person_id uuid not null,
    kind text collate "C" not null,             -- aspiration, experience
    fingerprint bytea not null,                 -- of the text and of how it was read
    space text collate "C" not null,            -- what made the vector: only its like compares
    vector halfvec(384) not null,               -- of length 1
    primary key (organisation_id, person_id, kind)
);
select cairn.protect('meanings');

-- People whose texts may have changed since they were read.
create table unread (
    organisation_id uuid not null,
    person_id uuid not null,
    due_at timestamptz not null default now(),  -- a claim moves it on, and holds while it stays
    primary key (organisation_id, person_id)
);
create index unread_due on unread (due_at);
select cairn.protect('unread');
select cairn.share('unread');                   -- who reads looks for work in every tenant

-- How all that is read was read, or is being read: when it changes, everybody is unread again.
create table reading_by (
    recipe text collate "C" primary key
);
grant select, insert, delete on reading_by to cairn_pipe;

-- migrate: rollback

drop table reading_by, unread, meanings;
