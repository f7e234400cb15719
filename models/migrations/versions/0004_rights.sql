-- Whoever takes a program's token back, or has it end sooner, leaves a row in rights_change too.

create trigger rights_change after update of revoked_at, expires_at, acts, permissions or delete on access_token
  for each row execute function note_rights_change('account_id');
