-- A record that names no organisation, or only by its key, is not parked either where it names who was erased
-- depends: chassis_0005_pre_erasure

-- migrate: apply

-- Ids are nobody else's in any organisation, and what cannot be read may not say whose it is.
create index graves_by_subject_alone on cairn.graves (subject);

create or replace function cairn.refuse_erased() returns trigger
language plpgsql
as $$
begin
    if new.topic not like '%.erasure' and new.body is not null and exists (
        select from cairn.graves
        where (new.organisation_id is null or graves.organisation_id = new.organisation_id)
          and graves.subject in (
              select named[1]::uuid
              from regexp_matches(
                  concat_ws(' ', encode(new.key, 'escape'), encode(new.body, 'escape')),
                  '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g'
              ) as named)
    ) then
        return null;
    end if;
    return new;
end $$;

-- migrate: rollback

create or replace function cairn.refuse_erased() returns trigger
language plpgsql
as $$
begin
    if new.topic not like '%.erasure' and exists (
        select from cairn.graves
        where graves.organisation_id = new.organisation_id
          and graves.subject in (
              select named[1]::uuid
              from regexp_matches(
                  encode(new.body, 'escape'), '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g'
              ) as named)
    ) then
        return null;
    end if;
    return new;
end $$;
drop index cairn.graves_by_subject_alone;
