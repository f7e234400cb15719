"""The demo's posted lists: those that stand in public now, those whose windows are over, and what was said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import models as rows
from models.access import Role
from models.agency import AgencyKind
from models.demo.books import key
from models.demo.consulting import head
from models.demo.dossiers import Written
from models.demo.nominees import texts
from models.demo.worktime import DAY
from models.demo.world import World
from models.posting import last_day, posting_rule
from models.posting_comment import CommentKind, CommentSource
from models.workflow import Step

_KINDS = (CommentKind.SUPPORT, CommentKind.SUPPORT, CommentKind.SUPPORT, CommentKind.REMARK, CommentKind.OBJECTION)
_SOURCES = (CommentSource.ONLINE, CommentSource.LETTER, CommentSource.PHONE, CommentSource.IN_PERSON)


def write_postings(world: World, dossiers: list[Written]) -> None:
    """Writes the list of each dossier that was posted, its window ended or running, and the comments on it."""
    titles = {row["id"]: row["title"] for row in world.books.rows(rows.Dossier)}
    for place, written in enumerate(each for each in dossiers if each.case.at(Step.POST) is not None):
        _Posting(world, written, titles[written.id]).write(place % 5)


@dataclass
class _Posting:
    """A list made public."""

    world: World
    written: Written
    title: str

    def write(self, comments: int) -> None:
        """The list as it was shown, with so many comments, and a journal entry for each of its versions."""
        time, case = self.world.time, self.written.case
        begun, ended = case.at(Step.POST) or 0, case.at(Step.END_POSTING)
        opened, closed = time.moment(begun), None if ended is None else time.moment(ended)
        posting = key(opened, self.world.chance)
        days = posting_rule(self.world.law.rule_set(time.day(case.at(Step.RECEIVE) or 0)).code).working_days
        closes = last_day(time.day(begun), days)
        self.world.books.write(
            rows.PublicPosting,
            id=posting,
            dossier_id=self.written.id,
            code=self.written.code,
            title=self.title,
            agency_id=case.office.id,
            opened_at=opened,
            working_days=days,
            closes_on=closes,
            closed_at=closed,
            version=1 if closed is None else 2,
        )
        self._tell(posting, opened, closed, closes)
        self._cases(posting, opened)
        until = min(time.end - 1, begun + 9 * DAY)
        for number in range(comments):
            self._comment(posting, begun + (until - begun) * (number + 1) // (comments + 1))

    def _tell(self, posting: UUID, opened: datetime, closed: datetime | None, closes: date) -> None:
        said = {"dossier": str(self.written.id), "closes_on": closes.isoformat()}
        for version, (act, moment) in enumerate((("POST", opened), ("END_POSTING", closed)), 1):
            if moment is not None:
                subject = "PublicPosting", posting, version
                self.world.journal.tell(moment, act, head(self.world).id, subject, [], None, said)

    def _cases(self, posting: UUID, opened: datetime) -> None:
        case = self.written.case
        for place in range(len(case.lines) - case.failing):
            listed, _ = case.lines[place]
            self.world.books.write(
                rows.PostingCase,
                id=key(opened, self.world.chance),
                posting_id=posting,
                position=place + 1,
                line_id=self.written.line_ids[place],
                name=listed.name,
                agency_id=case.office.id,
                award_type_id=self.written.award_ids[place],
            )

    def _comment(self, posting: UUID, minute: int) -> None:
        """What somebody says: an officer of a department from their account, or a citizen by another way."""
        world, at = self.world, self.world.time.moment(minute)
        kind, source, comment = world.chance.choice(_KINDS), world.chance.choice(_SOURCES), key(at, world.chance)
        department = world.chance.choice(world.agencies.of(AgencyKind.DEPARTMENT))
        author = world.accounts.holding(Role.UNIT_OFFICER, department.code)[0]
        online = source is CommentSource.ONLINE
        world.books.write(
            rows.PostingComment,
            id=comment,
            posting_id=posting,
            kind=kind,
            text=world.chance.choice(texts()["comments"][kind.name]),
            author_name=author.name if online else world.chance.choice(texts()["comments"]["citizens"]),
            author_id=author.id if online else None,
            source=source,
            received_on=world.time.day(minute),
            at=at,
        )
        said = {"posting": str(posting), "kind": kind.name, "source": source.name}
        actor = author if online else head(world)
        world.journal.tell(at, "COMMENT_ON_POSTING", actor.id, ("PostingComment", comment, 1), [], None, said)
