-- Whoever changes what an account may do, and however, leaves a row in rights_change in the same transaction.

create function note_rights_change() returns trigger language plpgsql as $$
-- The argument names the column that holds the account.
begin
  insert into rights_change (account_id)
    select distinct (said ->> tg_argv[0])::uuid from unnest(array[to_jsonb(old), to_jsonb(new)]) as said
    where said is not null;
  return null;
end $$;

create function note_everybodys_rights_change() returns trigger language plpgsql as $$
begin
  insert into rights_change (account_id) values (null);
  return null;
end $$;

create trigger rights_change after update of ended_at, expires_at or delete on session
  for each row execute function note_rights_change('account_id');

create trigger rights_change after update of active, nominee_id on account
  for each row execute function note_rights_change('id');

create trigger rights_change after insert or update or delete on role_held
  for each row execute function note_rights_change('account_id');

create trigger rights_change after insert or update or delete on delegation
  for each row execute function note_rights_change('delegate_id');

create trigger rights_change after update of path on agency
  for each statement execute function note_everybodys_rights_change();

create trigger rights_change_cleared after truncate on session
  for each statement execute function note_everybodys_rights_change();
