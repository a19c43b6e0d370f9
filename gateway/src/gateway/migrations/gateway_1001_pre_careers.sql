-- Where people stand, where they have been and where they want to go
-- depends: gateway_0901_pre_direction

-- migrate: apply

alter table read.people
    add column level int,
    add column occupation text not null default '',
    add column career jsonb not null default '[]',
    add column target_occupation text not null default '',
    add column working_styles text[] not null default '{}',
    add column background text[] not null default '{}';

-- migrate: rollback

alter table read.people
    drop column background, drop column working_styles, drop column target_occupation,
    drop column career, drop column occupation, drop column level;
