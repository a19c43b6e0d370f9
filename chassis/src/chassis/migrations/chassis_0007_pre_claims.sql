-- A command's claim of its idempotency key, in one call
-- depends: chassis_0001_pre_platform

-- migrate: apply

-- Enter the tenant, take the locks, and look for an earlier answer and for the caller's grave. Each
-- of its statements sees what was committed before it: so what the locks were waited for is seen.
-- A key that another transaction holds is not mine, and nothing else is looked for.
create function cairn.claim(
    tenant uuid, wanted_caller text, wanted_command text, wanted_key text, person uuid,
    key_lock text, person_lock text,
    out is_mine boolean, out is_erased boolean,
    out request_hash bytea, out status smallint, out answer bytea
)
language plpgsql volatile
as $$
begin
    perform set_config('cairn.organisation', tenant::text, true);
    is_mine := pg_try_advisory_xact_lock(hashtextextended(key_lock, 0));
    is_erased := false;
    if not is_mine then
        return;
    end if;
    if person is not null then
        perform pg_advisory_xact_lock_shared(hashtextextended(person_lock, 0));
        is_erased := exists (select from cairn.graves
                             where organisation_id = tenant and subject = person);
    end if;
    select a.request_hash, a.status, a.answer into request_hash, status, answer
    from cairn.answers as a
    where a.organisation_id = tenant and a.caller = wanted_caller
        and a.command = wanted_command and a.key = wanted_key;
end $$;

-- migrate: rollback

drop function cairn.claim(uuid, text, text, text, uuid, text, text);
