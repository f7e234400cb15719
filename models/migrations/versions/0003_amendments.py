"""Amendments to the tables of the law, and what keeps lists and journal fast."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

import models.base
import models.journal

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


HERE = Path(__file__).parent


def run_file(name: str) -> None:
    """Run a file of SQL beside this one, a statement at a time: a blank line ends each."""
    for statement in (HERE / name).read_text(encoding="utf-8").split("\n\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_agenda_item_agendaoutcome"), "agenda_item")
    op.drop_constraint(op.f("ck_agenda_item_figures_come_with_the_outcome"), "agenda_item")
    op.drop_constraint(op.f("ck_required_document_step"), "required_document")
    op.create_table(
        "dossier_tally",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "DELETED",
                "SUBMITTED",
                "RECEIVED",
                "REFUSED_AT_RECEPTION",
                "WITHDRAWN",
                "ASSIGNED",
                "APPRAISING",
                "RETURNED_TO_APPRAISAL",
                "SUPPLEMENT_REQUESTED",
                "INELIGIBLE",
                "CONSULTING",
                "POSTED",
                "COUNCIL",
                "NOT_PASSED",
                "PARTY_OPINION",
                "SIGNING",
                "HELD",
                "STOPPED",
                "FORWARDED_UP",
                "RESULT_FROM_ABOVE",
                "DECLINED_ABOVE",
                "DECIDED",
                "PUBLISHED",
                "RESULT_RETURNED",
                "ARCHIVED",
                "CANCELLED",
                name="dossierstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("handler_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("appraiser_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_tally")),
    )
    op.create_index(
        "ix_dossier_tally_kind",
        "dossier_tally",
        ["status", "agency_id", "handler_id", "authority_id", "appraiser_id"],
        unique=False,
        postgresql_include=["number"],
    )
    op.create_table(
        "rights_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("tx", models.journal.TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_change")),
    )
    op.create_index(op.f("ix_rights_change_at"), "rights_change", ["at"], unique=False)
    op.create_index("ix_rights_change_tx", "rights_change", ["tx"], unique=False)
    op.add_column("decision", sa.Column("recorded", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_index(op.f("uq_decision_number"), table_name="decision")
    op.create_index(
        "uq_decision_number_taken",
        "decision",
        ["agency_id", "year", "number_key"],
        unique=True,
        postgresql_where="not (recorded and status = 'VOID')",
    )
    op.add_column(
        "document_file",
        sa.Column(
            "signature",
            sa.Enum(
                "NONE",
                "VALID",
                "INVALID",
                "UNKNOWN_SIGNER",
                name="filesignature",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.drop_index(op.f("ix_dossier_line_award_type_id"), table_name="dossier_line")
    op.create_index(
        "ix_dossier_line_award_type", "dossier_line", ["award_type_id"], unique=False, postgresql_include=["dossier_id"]
    )
    op.drop_index(
        op.f("ix_journal_decided"),
        table_name="journal",
        postgresql_where="((subject_kind = 'Dossier'::text) AND (act = 'DECIDE'::text))",
    )
    op.create_index(
        "ix_journal_decided_on",
        "journal",
        ["subject_id", "at"],
        unique=False,
        postgresql_where="subject_kind = 'Dossier' and act in ('DECIDE', 'DECIDE_ABOVE')",
    )
    op.add_column("opinion_request", sa.Column("withdrawal_reason", sa.Text(), nullable=True))
    op.add_column("opinion_request", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("opinion_request", sa.Column("reminders", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_agenda_item_agendaoutcome"),
        "agenda_item",
        "(outcome IN ('PENDING', 'PASSED', 'NOT_PASSED', 'NO_RESULT', 'TAKEN_OFF'))",
    )
    op.create_check_constraint(
        op.f("ck_agenda_item_figures_come_with_the_outcome"),
        "agenda_item",
        (
            "(((outcome IN ('PENDING', 'TAKEN_OFF')) = (num_nulls(members, recused, present, base, yes, no, "
            "abstain) = 7)) AND (num_nulls(members, recused, present, base, yes, no, abstain) = ANY (ARRAY[0,"
            " 7])))"
        ),
    )
    op.create_check_constraint(
        op.f("ck_opinion_request_a_reminder_has_a_moment"),
        "opinion_request",
        "((reminded_at IS NULL) = (reminders = 0))",
    )
    op.create_check_constraint(
        op.f("ck_opinion_request_what_is_withdrawn_is_closed"),
        "opinion_request",
        ("((withdrawal_reason IS NULL) OR ((closed_at IS NOT NULL) AND (btrim(withdrawal_reason) <> ''::text)))"),
    )
    op.create_check_constraint(
        op.f("ck_required_document_step"),
        "required_document",
        (
            "(due IN ('DRAFT', 'AMEND', 'DELETE_DRAFT', 'SUBMIT', 'ENDORSE', 'SEND_BACK', 'RECEIVE', "
            "'REFUSE', 'WITHDRAW', 'ASSIGN', 'REQUEST_SUPPLEMENT', 'SUPPLEMENT', 'ADD_DOCUMENT', "
            "'DECLARE_INTEREST', 'APPRAISE', 'PROPOSE_OTHER_FORM', 'ACCEPT_OTHER_FORM', 'DECLINE_OTHER_FORM',"
            " 'PASS_APPRAISAL', 'FAIL_APPRAISAL', 'CONSULT', 'CONCLUDE_OPINIONS', 'POST', 'END_POSTING', "
            "'CONVENE', 'ADVISE', 'FAIL_COUNCIL', 'ASK_PARTY', 'RETURN', 'REOPEN', 'HOLD', 'RESUME', 'STOP', "
            "'FORWARD_UP', 'RECEIVE_FROM_ABOVE', 'DECIDE_ABOVE', 'DECLINE_ABOVE', 'DECIDE', 'VOID_DECISION', "
            "'VOID_ABOVE', 'PUBLISH', 'RETURN_RESULT', 'ARCHIVE', 'CANCEL'))"
        ),
    )
    run_file("0003_decision.sql")
    run_file("0003_journal.sql")
    run_file("0003_rights.sql")
    run_file("0003_tally.sql")


def downgrade() -> None:
    raise NotImplementedError("the register is not unmade: restore a backup instead")
