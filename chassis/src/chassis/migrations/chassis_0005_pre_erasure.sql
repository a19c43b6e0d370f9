-- What erasing a person needs: to find what is theirs, and to keep it from coming back
-- depends: chassis_0001_pre_platform

-- migrate: apply

-- Whose answers these are; null for callers who are nobody of the organisation's people.
alter table cairn.answers add column person_id uuid;
create index answers_of_person on cairn.answers (organisation_id, person_id);

-- Whether somebody or something was erased is asked by its id alone too.
create index graves_by_subject on cairn.graves (organisation_id, subject);
create policy reading on cairn.graves for select to cairn_pipe using (true);
grant select on cairn.graves to cairn_pipe;

-- Delete what was parked of a person of the tenant: records of which they are the subject, or whose
-- body names them. Only the pipes may touch that table, for a record may name no tenant; erasing is
-- the application's work: hence the definer's rights.
create function cairn.forget_parked(person uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from cairn.dead_letters as letter
    where (letter.organisation_id is null or letter.organisation_id = cairn.organisation())
      and (letter.subject = person
           or position(convert_to(person::text, 'UTF8') in letter.key) > 0
           or position(convert_to(person::text, 'UTF8') in letter.body) > 0)
$$;
revoke execute on function cairn.forget_parked(uuid) from public;
grant execute on function cairn.forget_parked(uuid) to cairn_app, cairn_pipe;

-- A record that comes late and names somebody or something erased is not parked: nothing could be done
-- with it that may be done. But for erasures themselves, which say nothing of anybody but the id.
create function cairn.refuse_erased() returns trigger
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
create trigger refuse_erased before insert on cairn.dead_letters
    for each row execute function cairn.refuse_erased();

-- migrate: rollback

drop trigger refuse_erased on cairn.dead_letters;
drop function cairn.refuse_erased();
drop function cairn.forget_parked(uuid);
revoke select on cairn.graves from cairn_pipe;
drop policy reading on cairn.graves;
drop index cairn.graves_by_subject;
drop index cairn.answers_of_person;
alter table cairn.answers drop column person_id;
