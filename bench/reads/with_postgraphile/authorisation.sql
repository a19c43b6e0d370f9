-- Who may see what, as PostGraphile has it done: by policies of the rows, from the settings that each
-- request's transaction begins with. The rules are those of gateway.schema.visibility, for the tables
-- that the three operations read. Policies cannot read tables that have policies of their own which
-- read back, so what hangs on the viewer alone comes of functions that see more, as is usual.

create role postgraphile login nosuperuser nobypassrls;
grant cairn_app to postgraphile;
grant connect on database gateway to postgraphile;
alter role postgraphile set plan_cache_mode = force_generic_plan;
alter role postgraphile set jit = off;
alter role postgraphile set timezone = 'UTC';

create schema viewing;
grant usage on schema viewing to postgraphile;

create function viewing.person() returns uuid language sql stable parallel safe
as $$ select nullif(current_setting('viewer.person', true), '')::uuid $$;

create function viewing.is_administrator() returns boolean language sql stable parallel safe
as $$ select current_setting('viewer.administrator', true) = 'yes' $$;

create function viewing.site() returns uuid language sql stable security definer
as $$
    select site_id from read.people
    where organisation_id = cairn.organisation() and id = viewing.person()
$$;

create function viewing.partners() returns uuid[] language sql stable security definer
as $$
    select array(
        select case when mentor_id = viewing.person() then mentee_id else mentor_id end
        from read.pairings
        where organisation_id = cairn.organisation()
            and (mentor_id = viewing.person() or mentee_id = viewing.person()))
$$;

create function viewing.mentees() returns uuid[] language sql stable security definer
as $$
    select array(
        select mentee_id from read.pairings
        where organisation_id = cairn.organisation()
            and mentor_id = viewing.person() and status = 'active')
$$;

create function viewing.coordinated() returns uuid[] language sql stable security definer
as $$
    select array(
        select id from read.programmes
        where organisation_id = cairn.organisation() and viewing.person() = any (coordinator_ids))
$$;

-- Who a subject is, before there is a viewer.
create function viewing.who(tenant uuid, subject text) returns uuid language sql stable security definer
as $$
    select id from read.people
    where organisation_id = tenant and people.subject = who.subject and standing = 'active'
$$;

create policy viewer on read.people as restrictive for select to postgraphile using (
    visibility = 'network'
    or id = (select viewing.person())
    or (select viewing.is_administrator())
    or visibility = 'site' and site_id = (select viewing.site())
    or id = any ((select viewing.partners())::uuid[])
    or exists (
        select from read.enrolments e
        where e.organisation_id = people.organisation_id and e.person_id = people.id
            and e.programme_id = any ((select viewing.coordinated())::uuid[])));

create policy viewer on read.pairings as restrictive for select to postgraphile using (
    mentor_id = (select viewing.person())
    or mentee_id = (select viewing.person())
    or (select viewing.is_administrator())
    or programme_id = any ((select viewing.coordinated())::uuid[]));

create policy viewer on read.sessions as restrictive for select to postgraphile using (
    mentor_id = (select viewing.person()) or mentee_id = (select viewing.person()));

create policy viewer on read.goals as restrictive for select to postgraphile using (
    person_id = (select viewing.person())
    or person_id = any ((select viewing.mentees())::uuid[]));

-- The API: PostGraphile makes it of the tables, these relations and these functions.

comment on table read.pairings is
    E'@foreignKey (organisation_id, mentor_id) references read.people (organisation_id, id)|@fieldName mentor'
    '\n@foreignKey (organisation_id, mentee_id) references read.people (organisation_id, id)|@foreignFieldName pairings';
comment on table read.people is
    E'@foreignKey (organisation_id, site_id) references read.sites (organisation_id, id)|@fieldName site';
comment on table read.goals is
    E'@foreignKey (organisation_id, pairing_id) references read.pairings (organisation_id, id)|@foreignFieldName goals';
comment on column read.pairings.proposed_at is E'@behavior +orderBy';
comment on column read.goals.set_at is E'@behavior +orderBy';

create schema api;
grant usage on schema api to postgraphile;

create function api.people_full_name(person read.people) returns text language sql stable
as $$ select person.given_name || ' ' || person.family_name $$;

create function api.pairings_next_session(pairing read.pairings) returns read.sessions
language sql stable
as $$
    select * from read.sessions
    where organisation_id = pairing.organisation_id and pairing_id = pairing.id
        and status = 'scheduled' and starts_at > now()
    order by starts_at, id limit 1
$$;

create function api.mentors(at_site uuid) returns setof read.people language sql stable
as $$
    select * from read.people
    where organisation_id = (select cairn.organisation()) and standing = 'active'
        and offers_mentoring and site_id = at_site
    order by family_name, given_name, id
$$;
