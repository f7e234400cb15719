-- What PostGraphile is shown: views of the same tables, with the rows that the viewer may see and keys in smart tags.
create schema peers;

create view peers.agency as select id, code, name, path from public.agency;
create view peers.award_type as select id, code, name from public.award_type;
create view peers.nominee as select id, name, kind from public.nominee;
create view peers.movement as select id, title from public.movement;

create view peers.dossier as
select d.id, 'Dossier_' || d.id as gid, d.code, d.title, d.status, d.version, d.received_at, d.created_at, d.due_on,
  d.agency_id, d.authority_id, d.handler_id, d.movement_id
from public.dossier d
where d.agency_id in (select id from public.agency where path <@ any(:proposes_in::ltree[]))
  or d.status <> 'DRAFT' and (d.handler_id in (select id from public.agency where path <@ any(:handles_in::ltree[]))
    or d.authority_id in (select id from public.agency where path <@ any(:handles_in::ltree[])))
  or d.appraiser_id = :account_id::uuid;

create view peers.dossier_line as
select id, dossier_id, position, citation, outcome, award_type_id, nominee_id from public.dossier_line;

create view peers.event as
select id, subject_id as dossier_id, act, at, subject_version as version, data ->> 'after' as status, public_text
from public.journal where subject_kind = 'Dossier';

create view peers.last_event as
select d.id as dossier_id, e.act, e.at, e.status
from public.dossier d
cross join lateral (select * from peers.event where dossier_id = d.id order by version desc limit 1) e;

create view peers.decision as
select id, 'Decision_' || id as gid, number, title, status, signed_on, signer_name, agency_id from public.decision;

create view peers.award as
select id, 'Award_' || id as gid, decision_id, position, citation, award_type_id, nominee_id from public.award;

create function peers.dossiers_within(agency text, status text) returns setof peers.dossier language sql stable as $$
  select d.* from peers.dossier d
  where d.agency_id in (select id from public.agency where path <@ (select path from public.agency where code = $1))
    and d.status = $2
  order by d.created_at desc, d.id desc
$$;

create view peers.dossier_statistic as
select agency_id, status, count(*)::integer as count from peers.dossier group by agency_id, status;

create function peers.dossier_statistics() returns setof peers.dossier_statistic language sql stable as $$
  select s.* from peers.dossier_statistic s join public.agency a on a.id = s.agency_id
  order by a.sort_key, array_position(:statuses::text[], s.status::text)
$$;

comment on function peers.dossier_statistics() is '@behavior +list -connection';
comment on view peers.dossier_statistic is E'@primaryKey agency_id,status
@foreignKey (agency_id) references peers.agency (id)|@fieldName agency';
comment on view peers.agency is '@primaryKey id';
comment on view peers.award_type is '@primaryKey id';
comment on view peers.nominee is '@primaryKey id';
comment on view peers.movement is '@primaryKey id';
comment on view peers.dossier is E'@primaryKey id
@unique code
@foreignKey (agency_id) references peers.agency (id)|@fieldName agency
@foreignKey (authority_id) references peers.agency (id)|@fieldName authority
@foreignKey (handler_id) references peers.agency (id)|@fieldName handler
@foreignKey (movement_id) references peers.movement (id)|@fieldName movement';
comment on view peers.dossier_line is E'@primaryKey id
@foreignKey (dossier_id) references peers.dossier (id)|@foreignFieldName lines
@foreignKey (award_type_id) references peers.award_type (id)|@fieldName awardType
@foreignKey (nominee_id) references peers.nominee (id)|@fieldName nominee';
comment on view peers.event is E'@primaryKey id
@foreignKey (dossier_id) references peers.dossier (id)|@foreignFieldName events';
comment on view peers.last_event is E'@primaryKey dossier_id
@foreignKey (dossier_id) references peers.dossier (id)|@foreignFieldName lastEvent';
comment on view peers.decision is E'@primaryKey id
@foreignKey (agency_id) references peers.agency (id)|@fieldName agency';
comment on view peers.award is E'@primaryKey id
@foreignKey (decision_id) references peers.decision (id)|@foreignFieldName awards
@foreignKey (award_type_id) references peers.award_type (id)|@fieldName awardType
@foreignKey (nominee_id) references peers.nominee (id)|@fieldName recipient';
