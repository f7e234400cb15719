-- A register with the demo's figures at scale 50, each row made from its number: 100,000 dossiers in seconds.
-- References and triggers rest meanwhile, and the indexes of big tables are made when their rows are there.

-- What `search` finds rows by is the dearest part of a row, and no list is filtered or ordered by it.
create or replace function search_vector(title text, body text) returns tsvector language sql immutable parallel safe
  return ''::tsvector;

create function pg_temp.key(kind int, n bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
create function pg_temp.one(said text[], n bigint) returns text language sql immutable as $$
  select said[1 + n % cardinality(said)] $$;

create temporary table known as select row_number() over (order by rank, id) - 1 as place, id from award_type;
create function pg_temp.moment(n bigint) returns timestamptz language sql immutable as $$
  select timestamptz '2024-01-01 00:00+00' + n * interval '15 minutes' $$;


insert into agency (id, code, name, kind, level, path, valid_from, parent_id) values
  (pg_temp.key(1, 0), 'H37', 'Ủy ban nhân dân tỉnh', 'PROVINCE', 'PROVINCE', 'h37', '2000-01-01', null);

insert into agency (id, code, name, kind, level, path, valid_from, parent_id)
  select pg_temp.key(1, n), 'H37.' || n, 'Sở thứ ' || n, 'DEPARTMENT', 'DEPARTMENT', ('h37.d' || n)::ltree, '2000-01-01',
    pg_temp.key(1, 0) from generate_series(1, 30) n;

insert into agency (id, code, name, kind, level, path, valid_from, parent_id)
  select pg_temp.key(1, 100 + n), 'H37.' || 1 + n % 30 || '.' || 100 + n, 'Phòng thứ ' || n, 'OFFICE', 'UNIT',
    ('h37.d' || 1 + n % 30 || '.o' || n)::ltree, '2000-01-01', pg_temp.key(1, 1 + n % 30) from generate_series(1, 120) n;

insert into account (id, username, full_name, password_hash, active)
  select pg_temp.key(2, n), 'staff' || n, 'Cán bộ thứ ' || n, '-', true from generate_series(1, 100) n;

insert into movement (id, title, form, scope, stage, aim, launched_by_id, starts_on)
  select pg_temp.key(3, n), 'Phong trào thứ ' || n, 'THEMATIC', 'PROVINCE', 'RUNNING', 'Thi đua', pg_temp.key(1, n % 31),
    date '2020-01-01' + n::int from generate_series(1, 60) n;


insert into nominee (id, kind, name, recipient_class, agency_id)
  select pg_temp.key(4, n), case when n % 97 = 0 then 'HOUSEHOLD' when n % 5 = 0 then 'COLLECTIVE' else 'INDIVIDUAL' end,
    pg_temp.one('{Nguyễn,Trần,Lê,Hoàng,Nông,Lý,Vi,Đặng}', n) || ' Văn ' || left(md5(n::text), 6),
    case when n % 97 > 0 and n % 5 > 0 and n % 7 = 0 then 'DIRECT_WORKER' end, pg_temp.key(1, 101 + n % 120)
  from generate_series(1, 40000) n;

insert into dossier (id, code, title, status, version, commendation_type, agency_id, authority_id, handler_id,
    movement_id, rule_set_id, created_at, submitted_at, received_at, due_on, time_limits, stage, stage_half_days_left,
    half_days_spent, half_days_left, clock_since, late_at, at_risk_at, drafted_by_id, appraiser_id)
  select pg_temp.key(5, n), case when got then 'H37.01-' || to_char(pg_temp.moment(n), 'YYMMDD') || '-' || 1000000 + n end,
    'Đề nghị khen thưởng ' || left(md5(n::text), 6), status, 1, case when n % 503 = 0 then 'EXTERNAL_RELATIONS' else 'MERIT' end,
    pg_temp.key(1, 101 + n % 120), pg_temp.key(1, case when n % 4 = 0 then 1 + n % 30 else 0 end),
    pg_temp.key(1, case when n % 10 = 0 then 1 + n % 30 else 101 end), case when n % 3 = 0 then pg_temp.key(3, 1 + n % 60) end,
    case when got then (select id from rule_set limit 1) end, pg_temp.moment(n),
    case when status <> 'DRAFT' then pg_temp.moment(n) + interval '1 day' end,
    case when got then pg_temp.moment(n) + interval '2 days' end,
    case when got then (pg_temp.moment(n) + interval '30 days')::date end,
    case when got then '{"RECEPTION": 1, "APPRAISAL_AND_COUNCIL": 18, "SIGNING": 10, "RETURN_OF_RESULT": 1}'::jsonb end,
    case when got then 'APPRAISAL_AND_COUNCIL' end, case when got then 18 end, case when got then 1 end, case when got then 30 end,
    case when got then pg_temp.moment(n) + interval '3 days' end,
    case when status = 'APPRAISING' and n % 50 = 0 then pg_temp.moment(n) + interval '30 days' end,
    case when status = 'APPRAISING' and n % 10 = 0 then pg_temp.moment(n) + interval '20 days' end,
    pg_temp.key(2, 1 + n % 50), case when got and n % 2 = 0 then pg_temp.key(2, 51 + n % 40) end
  from (select n, status, status not in ('DRAFT', 'SUBMITTED') got from (select n, case when n % 1009 = 0 then 'HELD'
    when n % 1013 = 0 then 'ASSIGNED' when n % 1019 = 0 then 'COUNCIL' when n % 1021 = 0 then 'SIGNING'
    when n % 1031 = 0 then 'DECIDED' when n % 1033 = 0 then 'SUPPLEMENT_REQUESTED'
    when n % 11 = 0 then 'DRAFT' when n % 13 = 0 then 'SUBMITTED' when n % 7 = 0 then 'APPRAISING' else 'ARCHIVED' end status
    from generate_series(1, 100000) n) known) known;

insert into dossier_line (id, dossier_id, position, nominee_id, award_type_id, citation, achievement_year, posthumous, outcome)
  select pg_temp.key(6, n), pg_temp.key(5, 1 + n % 100000), 1 + n / 100000, pg_temp.key(4, 1 + n % 40000),
    known.id, 'Có thành tích', 2025, false, 'PENDING' from generate_series(1, 150000) n
    join known on place = n * 37 % (select count(*) from known);

insert into decision (id, number, title, status, version, agency_id, signed_on, signer_name, signer_title, published_at)
  select pg_temp.key(7, n), n || '/QĐ-UBND', 'Về việc khen thưởng ' || left(md5(n::text), 6),
    case when n % 9 = 0 then 'ISSUED' when n % 501 = 0 then 'CANCELLED' else 'PUBLISHED' end, 1,
    pg_temp.key(1, case when n % 3 = 0 then 1 + n % 30 else 0 end), pg_temp.moment(n * 10)::date, 'Người ký', 'Chủ tịch',
    case when n % 9 > 0 then pg_temp.moment(n * 10) + interval '3 days' end from generate_series(1, 9000) n;

insert into award (id, decision_id, position, nominee_id, award_type_id, agency_id, awarded_on, achievement_year, citation,
    posthumous, line_id, status)
  select pg_temp.key(8, n), pg_temp.key(7, 1 + n % 9000), 1 + n / 9000, pg_temp.key(4, 1 + n % 40000),
    known.id, pg_temp.key(1, 101 + n % 120), pg_temp.moment((1 + n % 9000) * 10)::date, 2010 + n % 15,
    'Có thành tích', false, case when n <= 50000 then pg_temp.key(6, n) end, case when n % 2003 = 0 then 'CANCELLED' else 'IN_FORCE' end from generate_series(1, 100000) n
    join known on place = n * 37 % (select count(*) from known);

insert into award_reliance (id, line_id, award_id, article, fell_at)
  select pg_temp.key(9, n), pg_temp.key(6, n * 50), pg_temp.key(8, 50000 + n), 'Điều 74', case when n % 5 = 0 then now() end
    from generate_series(1, 1000) n;
