"""Prize money: what goes with an award, by the base salary of the day it was given, and who pays it (art 11)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Integer,
    Text,
    any_,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.orm import Mapped, QueryableAttribute, mapped_column, relationship

from models.agency import Agency
from models.award import Award
from models.base import Base


class AwardPrize(Base):
    """The money that goes with one award; an award without a row has none that a source names."""

    __tablename__ = "award_prize"

    award_id: Mapped[UUID] = mapped_column(ForeignKey("award.id", ondelete="CASCADE"), primary_key=True)
    amount: Mapped[int]
    """In đồng."""
    base_salary: Mapped[int]
    """The base salary in force on the day of the decision, in đồng."""
    multiple: Mapped[float]
    """How many base salaries."""
    article: Mapped[str]
    confirmed: Mapped[bool]
    """Whether multiple and base salary were read in the instruments themselves."""
    payer_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    payer: Mapped[Agency] = relationship(lazy="raise", init=False)

    __table_args__ = (
        CheckConstraint("amount >= 0 and base_salary > 0 and multiple > 0", name="money_is_counted"),
        CheckConstraint("amount = round(base_salary * multiple)", name="amount_is_the_product"),
    )

    @classmethod
    def summed(
        cls, decision_id: ColumnElement[UUID] | QueryableAttribute[UUID], statuses: Sequence[str]
    ) -> ColumnElement[int]:
        """The sum over the awards of a decision in these states, 0 where there are none; in SQL."""
        of = Award.__table__.alias()
        found = (
            select(func.coalesce(func.sum(cls.amount), 0).cast(BigInteger))
            .join(of, of.c.id == cls.award_id)
            .where(of.c.decision_id == decision_id, of.c.status == any_(literal(list(statuses), ARRAY(Text))))
        )
        # a bigint told as a number: GraphQL's Int is no bound here, and up to 2^53 a client reads it whole
        return type_coerce(found.correlate_except(cls, of).scalar_subquery(), Integer)
