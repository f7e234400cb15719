-- Whoever changes a reference table, and however, leaves a note in the same transaction: one for each table.

create function note_reference_change() returns trigger language plpgsql as $$
begin
  insert into reference_change (name) select tg_table_name where not exists (
    select from reference_change where tx = pg_current_xact_id() and name = tg_table_name);
  return null;
end $$;

create trigger reference_change after insert or update or delete or truncate on agency
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on agency_succession
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on article
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on authority
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on award_type
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on council_rule
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on exemplary_model
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on guidance_document
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on movement
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on nominee
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on required_document
  for each statement execute function note_reference_change();

create trigger reference_change after insert or update or delete or truncate on rule_set
  for each statement execute function note_reference_change();
