-- The journal's functions and triggers, and its first head. A blank line ends a statement; none holds one.
--
-- A cursor: the number, and the first eight bytes of the hash that proves which history it belongs to.
create function journal_cursor(seq bigint, hash bytea) returns text
  language sql immutable parallel safe
  return seq::text || '-' || encode(substr(hash, 1, 8), 'hex')

-- The hash before the first entry.
create function journal_origin() returns bytea
  language sql immutable parallel safe
  return sha256('laurel')

-- What is hashed of an entry: everything but the transaction number, which a restore may change.
-- A column added to the table later must be added here only for entries that have it, or old hashes no longer hold.
create function journal_digest(entry journal) returns bytea
  language sql stable parallel safe
  return sha256(convert_to(jsonb_build_array(
    entry.id, entry.key, (extract(epoch from entry.at) * 1000000)::bigint, entry.actor_id, entry.act,
    entry.subject_kind, entry.subject_id, entry.subject_version, to_jsonb(entry.topics), entry.public_text, entry.data
  )::text, 'UTF8'))

-- An entry's hash. `origin` stands for the hash before, where there is none.
create function journal_link(previous bytea, origin bytea, seq bigint, digest bytea) returns bytea
  language sql immutable parallel safe
  return sha256(coalesce(previous, origin) || int8send(seq) || digest)

-- Links one entry after another; the first argument is the hash before the first of them.
create aggregate journal_chain(bytea, bigint, bytea) (sfunc = journal_link, stype = bytea)

-- Numbers every committed entry that has no number, in the order of their ids, and gives how many there were.
-- Anybody may call it at any time, outside a transaction: callers queue for one lock, and the server runs the whole
-- pass, so no caller can leave it half done. An entry that commits late gets a later number than those before it.
create function number() returns bigint
  language plpgsql
  set plan_cache_mode = 'force_custom_plan' -- a generic plan cannot know how few entries are new: thirty times slower
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
  if head.system <> (select system_identifier from pg_control_system()) then
    raise exception 'the journal was numbered in another PostgreSQL cluster, whose transaction numbers mean nothing here'
      using errcode = 'object_not_in_prerequisite_state', hint = 'After a restore or an upgrade run: select adopt_journal()';
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

-- An entry's transaction is the one that inserts it, whatever the insert says: by it numbering finds the entry.
create function journal_stamp() returns trigger language plpgsql as $$
begin
  new.tx := pg_current_xact_id();
  return new;
end $$

create trigger journal_stamp before insert on journal for each row execute function journal_stamp()

create function journal_refuse() returns trigger language plpgsql as $$
begin
  raise exception '% is kept for ever: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$

create trigger journal_kept before update or delete or truncate on journal
  for each statement execute function journal_refuse()

create trigger journal_seq_kept before update or delete or truncate on journal_seq
  for each statement execute function journal_refuse()

create trigger journal_head_kept before delete or truncate on journal_head
  for each statement execute function journal_refuse()

-- Makes a journal that came from another cluster (a logical restore, pg_upgrade) one of this cluster. Run it once, as
-- the tables' owner, before anything is written. Hashes do not cover `tx`, so the chain holds.
create function adopt_journal() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7001);
  alter table journal disable trigger journal_kept;
  update journal as entry set tx = case
    when exists (select from journal_seq where entry_id = entry.id) then '2'::xid8 -- older than any real transaction
    else pg_current_xact_id() end;
  alter table journal enable trigger journal_kept;
  update journal_head set seen = '3:3:', system = (select system_identifier from pg_control_system());
end $$

-- '1:1:' has seen nothing at all, so that entries written before the first numbering are found.
insert into journal_head (one, seq, hash, seen, system)
  select true, 0, journal_origin(), '1:1:', system_identifier from pg_control_system()
