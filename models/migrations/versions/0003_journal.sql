-- The journal, amended: numbering is bounded in time, done by the owner's rights, and refuses any other cluster's transactions.
--
-- Whether the numbers of transactions in the journal's head are this cluster's: a logical restore or an upgrade brings
-- another identifier, a reset or a copy of files may bring the same one with transactions that were counted less far.
create function journal_moved(head journal_head) returns boolean
  language sql stable
  return head.system <> (select system_identifier from pg_control_system())
    or pg_snapshot_xmax(head.seen) > pg_snapshot_xmax(pg_current_snapshot())

-- As before, and: whoever waits two seconds for another's pass gives up (55P03), for the other's backend may be frozen, and
-- nobody but its end can free the lock; what is numbered already is read meanwhile. It runs by its owner's rights, so that
-- an application needs none to write numbers or to move the head.
create or replace function number() returns bigint
  language plpgsql
  security definer
  set plan_cache_mode = 'force_custom_plan' -- a generic plan cannot know how few entries are new: thirty times slower
  set lock_timeout = '2s'
as $$
declare
  head journal_head;
  numbered bigint;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'number() must run READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
      using errcode = 'active_sql_transaction', hint = 'Call it by itself, in autocommit: its snapshots must be newer than its lock.';
  end if;
  if current_setting('synchronous_commit') = 'off' then -- what has a number is told, so it must outlast a crash
    perform set_config('synchronous_commit', 'on', true);
  end if;
  perform pg_advisory_xact_lock(7001); -- a statement of its own: what reads the head must have a newer snapshot
  select * into strict head from journal_head;
  if journal_moved(head) then
    raise exception 'the journal was numbered in another PostgreSQL cluster, whose transaction numbers mean nothing here'
      using errcode = 'object_not_in_prerequisite_state', hint = 'After a restore or an upgrade run: ./run verify --repair';
  end if;
  with candidate as (
    select id, journal_digest(entry) as digest from journal as entry where tx >= pg_snapshot_xmax(head.seen)
    union all
    select id, journal_digest(entry) from journal as entry where tx = any(array(select pg_snapshot_xip(head.seen)))
  ), placed as (
    select id, digest, head.seq + row_number() over (order by id) as seq from candidate
  ), linked as (
    select seq, id, journal_chain(head.hash, seq, digest) over (order by seq rows unbounded preceding) as hash from placed
  ), put as (
    insert into journal_seq (seq, entry_id, hash) select seq, id, hash from linked returning seq, hash
  ), last as (
    select seq, hash from put order by seq desc limit 1
  )
  update journal_head set seq = last.seq, hash = last.hash, seen = pg_current_snapshot() from last
    returning journal_head.seq into numbered;
  return coalesce(numbered, head.seq) - head.seq;
end $$

-- As before; only the owner may.
create or replace function adopt_journal() returns void
  language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7001);
  alter table journal disable trigger journal_kept;
  update journal as entry set tx = case
    when exists (select from journal_seq where entry_id = entry.id) then '2'::xid8 -- older than any real transaction
    else pg_current_xact_id() end;
  alter table journal enable trigger journal_kept;
  update journal_head set seen = '3:3:', system = (select system_identifier from pg_control_system());
end $$

-- Rights that are lent look for tables in one place only: nobody may put a table of theirs before it.
do $$
begin
  execute format('alter function number() set search_path = %I, pg_temp', current_schema());
  execute format('alter function adopt_journal() set search_path = %I, pg_temp', current_schema());
end $$

revoke all on function number(), adopt_journal() from public
