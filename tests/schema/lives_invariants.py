"""What must hold of all rows at any moment, in SQL of its own: each query finds what breaks it, and finds nothing."""

from __future__ import annotations

BROKEN = {
    "versions of a subject have no holes, each of them one entry": """
        select subject_kind, subject_id from journal group by 1, 2
        having min(subject_version) <> 1 or max(subject_version) <> count(*)""",
    "a row's version is that of its last entry": """
        select kind, id from (
            select 'Dossier' as kind, id, version from dossier union all
            select 'Decision', id, version from decision union all
            select 'CouncilSession', id, version from council_session union all
            select 'CouncilAttendance', id, version from council_attendance union all
            select 'OpinionRequest', id, version from opinion_request union all
            select 'PublicPosting', id, version from public_posting) as row
        where version <> (select coalesce(max(subject_version), 0) from journal
            where subject_kind = row.kind and subject_id = row.id)""",
    "a case waits at one sitting at most, one that has not ended, and its dossier is before the council": """
        select i.id from agenda_item i join council_session s on s.id = i.session_id
        join dossier d on d.id = i.dossier_id join dossier_line l on l.id = i.line_id
        where i.outcome = 'PENDING' and (s.status not in ('CONVENED', 'OPEN') or l.dossier_id <> d.id
            or 'COUNCIL' <> all(d.came_from || d.status::text)
            or exists (select from agenda_item o
                where o.line_id = i.line_id and o.outcome = 'PENDING' and o.id <> i.id))""",
    "nobody votes twice on a case, nor of another sitting, nor for a seat that is absent": """
        select b.item_id, b.attendance_id from ballot b join agenda_item i on i.id = b.item_id
        join council_attendance a on a.id = b.attendance_id
        group by 1, 2 having count(*) > 1 or bool_or(a.session_id <> i.session_id)""",
    "whoever stands aside has no ballot": """
        select b.id from ballot b join council_recusal r on r.item_id = b.item_id and r.attendance_id = b.attendance_id
        """,
    "secret ballots are as many as their sums, and say nothing": """
        select i.id from agenda_item i left join secret_count c on c.item_id = i.id
        left join ballot b on b.item_id = i.id where i.ballot = 'SECRET' group by i.id, c.item_id
        having count(b.choice) > 0
            or (i.outcome = 'PENDING' and count(b.id) <> coalesce(c.yes + c.no + c.abstain, -1))""",
    "figures of an answer are those of its ballots": """
        select i.id from agenda_item i left join ballot b on b.item_id = i.id where i.yes is not null group by i.id
        having i.yes + i.no + i.abstain <> count(b.id) or i.yes > i.base or i.present > i.members
            or (i.ballot = 'OPEN' and i.yes <> count(*) filter (where b.choice = 'YES'))""",
    "a posted dossier has one list that stands in public": """
        select d.id from dossier d left join public_posting p on p.dossier_id = d.id and p.closed_at is null
        where 'POSTED' = any(d.came_from || d.status::text) group by d.id having count(p.id) <> 1""",
    "a decision's awards are there unless it is void": """
        select d.id from decision d where d.kind = 'COMMENDATION'
            and (d.status = 'VOID') = exists (select from award a where a.decision_id = d.id)""",
    "what was awarded is decided, once": """
        select l.id from dossier_line l join dossier d on d.id = l.dossier_id left join award a on a.line_id = l.id
        group by l.id, d.status having count(a.id) > 1 or (count(a.id) = 1)
            <> (d.status in ('DECIDED', 'PUBLISHED', 'RESULT_RETURNED', 'ARCHIVED', 'CANCELLED')
                and l.outcome in ('AWARDED'))""",
}

ALL_SIDES = """
    select (select count(*) from journal), (select count(*) from stored_reply),
        (select count(*) from ballot), (select count(*) from council_recusal), (select count(*) from award_change),
        (select coalesce(sum(yes * 3 + no * 5 + abstain * 7), 0) from secret_count),
        (select md5(string_agg(t::text, ',' order by t.id)) from agenda_item t),
        (select md5(string_agg(t::text, ',' order by t.id)) from council_session t),
        (select md5(string_agg(t::text, ',' order by t.id)) from council_attendance t),
        (select md5(string_agg(t::text, ',' order by t.id)) from opinion_request t),
        (select md5(string_agg(t::text, ',' order by t.id)) from public_posting t),
        (select md5(string_agg(t::text, ',' order by t.id)) from posting_comment t),
        (select md5(string_agg(t::text, ',' order by t.id)) from dossier_document t),
        (select md5(string_agg(t::text, ',' order by t.id)) from dossier_line t),
        (select md5(string_agg(t::text, ',' order by t.id)) from dossier t),
        (select md5(string_agg(t::text, ',' order by t.id)) from decision t),
        (select md5(string_agg(t::text, ',' order by t.id)) from award t)"""
"""What no refused and no rehearsed act changes."""
