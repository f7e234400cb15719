-- How many dossiers there are of each kind: see models/dossier_tally.py. Rows that come or go together are one row for each kind.
create function tally_new_dossiers() returns trigger language plpgsql as $$
begin
  insert into dossier_tally (status, agency_id, handler_id, authority_id, appraiser_id, number)
    select status, agency_id, handler_id, authority_id, appraiser_id, count(*) from made
    group by status, agency_id, handler_id, authority_id, appraiser_id;
  return null;
end $$

create function tally_removed_dossiers() returns trigger language plpgsql as $$
begin
  insert into dossier_tally (status, agency_id, handler_id, authority_id, appraiser_id, number)
    select status, agency_id, handler_id, authority_id, appraiser_id, -count(*) from gone
    group by status, agency_id, handler_id, authority_id, appraiser_id;
  return null;
end $$

create function tally_moved_dossier() returns trigger language plpgsql as $$
begin
  insert into dossier_tally (status, agency_id, handler_id, authority_id, appraiser_id, number) values
    (old.status, old.agency_id, old.handler_id, old.authority_id, old.appraiser_id, -1),
    (new.status, new.agency_id, new.handler_id, new.authority_id, new.appraiser_id, 1);
  return null;
end $$

create trigger tally_new after insert on dossier
  referencing new table as made for each statement execute function tally_new_dossiers()

create trigger tally_removed after delete on dossier
  referencing old table as gone for each statement execute function tally_removed_dossiers()

create trigger tally_moved after update of status, agency_id, handler_id, authority_id, appraiser_id on dossier
  for each row when ((old.status, old.agency_id, old.handler_id, old.authority_id, old.appraiser_id)
    is distinct from (new.status, new.agency_id, new.handler_id, new.authority_id, new.appraiser_id))
  execute function tally_moved_dossier()

-- Also where references and other triggers rest, as in a load of many rows: a count that was not kept would be wrong for good.
alter table dossier enable always trigger tally_new, enable always trigger tally_removed, enable always trigger tally_moved

insert into dossier_tally (status, agency_id, handler_id, authority_id, appraiser_id, number)
  select status, agency_id, handler_id, authority_id, appraiser_id, count(*) from dossier
  group by status, agency_id, handler_id, authority_id, appraiser_id
