"""The law of a dossier: every legal act, role, clock and council."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_decision_decisionstatus"), "decision")
    op.drop_constraint(op.f("ck_dossier_dossierstatus"), "dossier")
    op.drop_constraint(op.f("ck_dossier_what_is_handled_has_a_code"), "dossier")
    op.drop_constraint(op.f("ck_dossier_what_left_the_draft_was_submitted"), "dossier")
    op.drop_constraint(op.f("ck_dossier_document_documentkind"), "dossier_document")
    op.drop_constraint(op.f("ck_dossier_line_lineoutcome"), "dossier_line")
    op.drop_constraint(op.f("ck_required_document_documentkind"), "required_document")
    op.drop_constraint(op.f("ck_required_document_step"), "required_document")
    op.create_table(
        "council_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_id", sa.Uuid(), nullable=False),
        sa.Column(
            "award_class",
            sa.Enum(
                "EMULATION_TITLE",
                "ORDER",
                "MEDAL",
                "STATE_HONORARY_TITLE",
                "PRIZE",
                "COMMEMORATIVE_MEDAL",
                "CERTIFICATE_OF_MERIT",
                "CERTIFICATE",
                name="awardclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("award_code", sa.Text(), nullable=True),
        sa.Column(
            "commendation_type",
            sa.Enum(
                "MERIT",
                "UNEXPECTED",
                "MOVEMENT",
                "DEVOTION",
                "LENGTH_OF_SERVICE",
                "EXTERNAL_RELATIONS",
                "RESISTANCE",
                name="commendationtype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column(
            "ballot",
            sa.Enum("OPEN", "SECRET", name="ballotkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("threshold", sa.Text(), nullable=False),
        sa.Column("more_than", sa.Boolean(), nullable=False),
        sa.Column(
            "base",
            sa.Enum(
                "MEMBERS", "PRESENT", "VALID", name="votebase", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("quorum", sa.Text(), nullable=False),
        sa.Column("chair_breaks_ties", sa.Boolean(), nullable=False),
        sa.Column("party_opinion", sa.Boolean(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "not chair_breaks_ties or (threshold = '1/2' and more_than)",
            name=op.f("ck_council_rule_ties_are_of_majorities"),
        ),
        sa.CheckConstraint("quorum ~ '^[1-9][0-9]?/[1-9][0-9]?$'", name=op.f("ck_council_rule_quorum_is_a_fraction")),
        sa.CheckConstraint(
            "threshold ~ '^[1-9][0-9]?/[1-9][0-9]?$'", name=op.f("ck_council_rule_threshold_is_a_fraction")
        ),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name=op.f("fk_council_rule_rule_set_id_rule_set")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_rule")),
    )
    op.create_index(
        "uq_council_rule",
        "council_rule",
        [
            "rule_set_id",
            sa.literal_column("coalesce(award_class, '')"),
            sa.literal_column("coalesce(award_code, '')"),
            sa.literal_column("coalesce(commendation_type, '')"),
        ],
        unique=True,
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delegator_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "NOMINEE",
                "UNIT_OFFICER",
                "AGENCY_HEAD",
                "ONE_STOP",
                "APPRAISER",
                "OFFICE_HEAD",
                "COUNCIL_MEMBER",
                "SECRETARY",
                "CHAIRMAN",
                "AUDITOR",
                "ADMINISTRATOR",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_delegation_has_a_reason")),
        sa.CheckConstraint("delegator_id <> delegate_id", name=op.f("ck_delegation_is_to_somebody_else")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_delegation_ends_after_it_begins")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_delegation_version_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_delegation_agency_id_agency")),
        sa.ForeignKeyConstraint(["delegate_id"], ["account.id"], name=op.f("fk_delegation_delegate_id_account")),
        sa.ForeignKeyConstraint(["delegator_id"], ["account.id"], name=op.f("fk_delegation_delegator_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index("ix_delegation_agency", "delegation", ["agency_id", "created_at", "id"], unique=False)
    op.create_index("ix_delegation_delegate", "delegation", ["delegate_id", "created_at", "id"], unique=False)
    op.create_index("ix_delegation_delegator", "delegation", ["delegator_id", "created_at", "id"], unique=False)
    op.create_index("ix_delegation_newest", "delegation", ["created_at", "id"], unique=False)
    op.create_table(
        "council_attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum("PRESENT", "ABSENT", name="presence", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 0", name=op.f("ck_council_attendance_version_counts_entries")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["council_member.id"], name=op.f("fk_council_attendance_member_id_council_member")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["council_session.id"], name=op.f("fk_council_attendance_session_id_council_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_attendance")),
    )
    op.create_index(op.f("ix_council_attendance_member_id"), "council_attendance", ["member_id"], unique=False)
    op.create_index("ix_council_attendance_session", "council_attendance", ["session_id", "id"], unique=False)
    op.create_index("uq_council_attendance", "council_attendance", ["session_id", "member_id"], unique=True)
    op.create_table(
        "opinion_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("dossier_title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "silence",
            sa.Enum("AGREES", "NO_ANSWER", name="silence", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "AGREE",
                "AGREE_WITH_NOTE",
                "DISAGREE",
                "NO_DATA",
                name="opinionanswer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer not in ('AGREE_WITH_NOTE', 'DISAGREE') or btrim(note) <> ''",
            name=op.f("ck_opinion_request_a_reservation_has_a_note"),
        ),
        sa.CheckConstraint(
            "question = normalize(question, NFC) and btrim(question) <> ''",
            name=op.f("ck_opinion_request_question_is_nfc"),
        ),
        sa.CheckConstraint("note = normalize(note, NFC)", name=op.f("ck_opinion_request_note_is_nfc")),
        sa.CheckConstraint(
            "note is null or answer is not null", name=op.f("ck_opinion_request_only_an_answer_has_a_note")
        ),
        sa.CheckConstraint(
            "num_nulls(answered_at, answered_by_id, answer) in (0, 3)",
            name=op.f("ck_opinion_request_an_answer_is_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(answered_at, closed_at) >= 1", name=op.f("ck_opinion_request_what_is_answered_is_not_closed")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_opinion_request_version_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_opinion_request_answered_by_id_account")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name=op.f("fk_opinion_request_asked_by_id_account")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_opinion_request_dossier_id_dossier")),
        sa.ForeignKeyConstraint(["to_agency_id"], ["agency.id"], name=op.f("fk_opinion_request_to_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_request")),
    )
    op.create_index("ix_opinion_request_agency", "opinion_request", ["to_agency_id", "due_on", "id"], unique=False)
    op.create_index("ix_opinion_request_answered_by", "opinion_request", ["answered_by_id"], unique=False)
    op.create_index("ix_opinion_request_asked_by", "opinion_request", ["asked_by_id"], unique=False)
    op.create_index("ix_opinion_request_dossier", "opinion_request", ["dossier_id", "asked_at", "id"], unique=False)
    op.create_index("ix_opinion_request_due", "opinion_request", ["due_on", "id"], unique=False)
    op.create_index("ix_opinion_request_newest", "opinion_request", ["asked_at", "id"], unique=False)
    op.create_index(
        "uq_opinion_request_open",
        "opinion_request",
        ["dossier_id", "to_agency_id"],
        unique=True,
        postgresql_where="answered_at is null and closed_at is null",
    )
    op.create_table(
        "public_posting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_off", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_at is not null or not called_off", name=op.f("ck_public_posting_what_is_called_off_is_closed")
        ),
        sa.CheckConstraint("closes_on > vietnam_day(opened_at)", name=op.f("ck_public_posting_closes_after_it_opens")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_public_posting_version_counts_from_one")),
        sa.CheckConstraint("working_days >= 1", name=op.f("ck_public_posting_stands_a_day_at_least")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_public_posting_agency_id_agency")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_public_posting_dossier_id_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_posting")),
    )
    op.create_index("ix_public_posting_agency", "public_posting", ["agency_id", "opened_at", "id"], unique=False)
    op.create_index("ix_public_posting_closing", "public_posting", ["closes_on", "id"], unique=False)
    op.create_index(op.f("ix_public_posting_dossier_id"), "public_posting", ["dossier_id"], unique=False)
    op.create_index("ix_public_posting_newest", "public_posting", ["opened_at", "id"], unique=False)
    op.create_index(
        "uq_public_posting_open", "public_posting", ["dossier_id"], unique=True, postgresql_where="closed_at is null"
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("award_type_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ballot",
            sa.Enum("OPEN", "SECRET", name="ballotkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("achievement_year", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "PENDING",
                "PASSED",
                "NOT_PASSED",
                "NO_RESULT",
                name="agendaoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("recused", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("yes", sa.Integer(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=True),
        sa.Column("abstain", sa.Integer(), nullable=True),
        sa.Column("chair_decided", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'PENDING') = (num_nulls(members, recused, present, base, yes, no, abstain) = 7) and num_nulls(members, recused, present, base, yes, no, abstain) in (0, 7)",
            name=op.f("ck_agenda_item_figures_come_with_the_outcome"),
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_agenda_item_position_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agenda_item_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["award_type_id"], ["award_type.id"], name=op.f("fk_agenda_item_award_type_id_award_type")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_agenda_item_dossier_id_dossier")),
        sa.ForeignKeyConstraint(["line_id"], ["dossier_line.id"], name=op.f("fk_agenda_item_line_id_dossier_line")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_agenda_item_nominee_id_nominee")),
        sa.ForeignKeyConstraint(["rule_id"], ["council_rule.id"], name=op.f("fk_agenda_item_rule_id_council_rule")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["council_session.id"], name=op.f("fk_agenda_item_session_id_council_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index(op.f("ix_agenda_item_dossier_id"), "agenda_item", ["dossier_id"], unique=False)
    op.create_index(op.f("ix_agenda_item_line_id"), "agenda_item", ["line_id"], unique=False)
    op.create_index("uq_agenda_item_ballot", "agenda_item", ["id", "ballot"], unique=True)
    op.create_index(
        "uq_agenda_item_pending", "agenda_item", ["line_id"], unique=True, postgresql_where="outcome = 'PENDING'"
    )
    op.create_index("uq_agenda_item_position", "agenda_item", ["session_id", "position"], unique=True)
    op.create_table(
        "document_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "PDF",
                "PNG",
                "JPEG",
                "DOCX",
                "XLSX",
                "ODT",
                name="filetype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "name = normalize(name, NFC) and name !~ '[/\\\\]'", name=op.f("ck_document_file_name_is_nfc_and_no_path")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_document_file_sha256_is_hexadecimal")),
        sa.CheckConstraint(
            "(document_id is null) = (edition = 0)", name=op.f("ck_document_file_a_papers_file_has_an_edition")
        ),
        sa.CheckConstraint("edition >= 0", name=op.f("ck_document_file_editions_count_from_nought")),
        sa.CheckConstraint("size > 0", name=op.f("ck_document_file_size_is_not_nothing")),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["dossier_document.id"],
            name=op.f("fk_document_file_document_id_dossier_document"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_document_file_dossier_id_dossier"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_document_file_uploaded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
    )
    op.create_index("ix_document_file_dossier", "document_file", ["dossier_id"], unique=False)
    op.create_index("ix_document_file_sha256", "document_file", ["sha256"], unique=False)
    op.create_index("ix_document_file_uploaded", "document_file", ["uploaded_by_id", "uploaded_at"], unique=False)
    op.create_index(
        "ix_document_file_waiting",
        "document_file",
        ["uploaded_at"],
        unique=False,
        postgresql_where="document_id is null",
    )
    op.create_index("uq_document_file_edition", "document_file", ["document_id", "edition"], unique=True)
    op.create_table(
        "posting_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("award_type_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "name = normalize(name, NFC) and btrim(name) <> ''", name=op.f("ck_posting_case_name_is_nfc")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_posting_case_position_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_posting_case_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["award_type_id"], ["award_type.id"], name=op.f("fk_posting_case_award_type_id_award_type")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["dossier_line.id"], name=op.f("fk_posting_case_line_id_dossier_line")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["public_posting.id"], name=op.f("fk_posting_case_posting_id_public_posting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_case")),
    )
    op.create_index(op.f("ix_posting_case_line_id"), "posting_case", ["line_id"], unique=False)
    op.create_index("uq_posting_case_position", "posting_case", ["posting_id", "position"], unique=True)
    op.create_table(
        "posting_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SUPPORT",
                "REMARK",
                "OBJECTION",
                name="commentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "ONLINE",
                "LETTER",
                "EMAIL",
                "PHONE",
                "IN_PERSON",
                name="commentsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(author_id is not null) = (source = 'ONLINE')",
            name=op.f("ck_posting_comment_what_is_online_has_an_account"),
        ),
        sa.CheckConstraint(
            "author_name = normalize(author_name, NFC) and btrim(author_name) <> ''",
            name=op.f("ck_posting_comment_author_is_nfc"),
        ),
        sa.CheckConstraint(
            "text = normalize(text, NFC) and btrim(text) <> ''", name=op.f("ck_posting_comment_text_is_nfc")
        ),
        sa.CheckConstraint("char_length(text) <= 2000", name=op.f("ck_posting_comment_text_is_short")),
        sa.CheckConstraint("version = 1", name=op.f("ck_posting_comment_is_written_once")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_posting_comment_author_id_account")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["public_posting.id"], name=op.f("fk_posting_comment_posting_id_public_posting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_comment")),
    )
    op.create_index(op.f("ix_posting_comment_author_id"), "posting_comment", ["author_id"], unique=False)
    op.create_index("ix_posting_comment_kind", "posting_comment", ["posting_id", "kind", "at", "id"], unique=False)
    op.create_index("ix_posting_comment_posting", "posting_comment", ["posting_id", "at", "id"], unique=False)
    op.create_table(
        "award_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "MISPRINT",
                "FALSE_ACHIEVEMENT",
                "FALSE_PAPERS",
                "UNLAWFUL_PROPOSAL",
                "LATER_VIOLATION",
                "IMPRISONED",
                "WARTIME_TITLE",
                "SUSPENDED_FOR_GOOD",
                "ACQUITTED",
                name="awardground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "status_before",
            sa.Enum(
                "IN_FORCE",
                "CORRECTED",
                "CANCELLED",
                "STRIPPED",
                "RESTORED",
                name="awardstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("citation_before", sa.Text(), nullable=True),
        sa.Column("recipient_before", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_award_change_a_change_has_a_reason")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_change_award_id_award")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_award_change_decision_id_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_change")),
    )
    op.create_index("ix_award_change_award", "award_change", ["award_id", "at", "id"], unique=False)
    op.create_index("uq_award_change_decision", "award_change", ["decision_id", "award_id"], unique=True)
    op.create_table(
        "award_prize",
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("base_salary", sa.Integer(), nullable=False),
        sa.Column("multiple", sa.Double(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount = round(base_salary * multiple)", name=op.f("ck_award_prize_amount_is_the_product")),
        sa.CheckConstraint(
            "amount >= 0 and base_salary > 0 and multiple > 0", name=op.f("ck_award_prize_money_is_counted")
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_prize_award_id_award"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["payer_id"], ["agency.id"], name=op.f("fk_award_prize_payer_id_agency")),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_award_prize")),
    )
    op.create_table(
        "award_reliance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("fell_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_reliance_award_id_award")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["dossier_line.id"], name=op.f("fk_award_reliance_line_id_dossier_line"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_reliance")),
    )
    op.create_index("ix_award_reliance_award", "award_reliance", ["award_id", "id"], unique=False)
    op.create_index(
        "ix_award_reliance_fallen", "award_reliance", ["line_id"], unique=False, postgresql_where="fell_at is not null"
    )
    op.create_index("uq_award_reliance_line", "award_reliance", ["line_id", "award_id"], unique=True)
    op.create_table(
        "ballot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("OPEN", "SECRET", name="ballotkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "choice",
            sa.Enum("YES", "NO", "ABSTAIN", name="ballotchoice", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'OPEN') = (choice is not null)", name=op.f("ck_ballot_a_secret_choice_is_not_kept")
        ),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["council_attendance.id"], name=op.f("fk_ballot_attendance_id_council_attendance")
        ),
        sa.ForeignKeyConstraint(
            ["item_id", "kind"], ["agenda_item.id", "agenda_item.ballot"], name=op.f("fk_ballot_item_id_agenda_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    op.create_index(op.f("ix_ballot_attendance_id"), "ballot", ["attendance_id"], unique=False)
    op.create_index("uq_ballot", "ballot", ["item_id", "attendance_id"], unique=True)
    op.create_table(
        "council_recusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column(
            "interest",
            sa.Enum(
                "OWN_NOMINATION",
                "OWN_UNIT",
                "DECLARED",
                name="interest",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "interest <> 'DECLARED' or btrim(reason) <> ''", name=op.f("ck_council_recusal_a_declaration_has_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["attendance_id"],
            ["council_attendance.id"],
            name=op.f("fk_council_recusal_attendance_id_council_attendance"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_council_recusal_item_id_agenda_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_recusal")),
    )
    op.create_index(op.f("ix_council_recusal_attendance_id"), "council_recusal", ["attendance_id"], unique=False)
    op.create_index("ix_council_recusal_item", "council_recusal", ["item_id", "id"], unique=False)
    op.create_index("uq_council_recusal", "council_recusal", ["item_id", "attendance_id"], unique=True)
    op.create_table(
        "secret_count",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.CheckConstraint("least(yes, no, abstain) >= 0", name=op.f("ck_secret_count_counts_from_nought")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_secret_count_item_id_agenda_item")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_secret_count")),
    )
    op.add_column("award", sa.Column("recipient_name", sa.Text(), nullable=True))
    op.add_column("award", sa.Column("code", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_award_code"), "award", ["code"])
    op.create_index("ix_council_newest", "council", ["valid_from", "id"], unique=False)
    op.add_column("council_member", sa.Column("unit_id", sa.Uuid(), nullable=True))
    op.create_index("ix_council_member_council", "council_member", ["council_id", "id"], unique=False)
    op.create_foreign_key(op.f("fk_council_member_unit_id_agency"), "council_member", "agency", ["unit_id"], ["id"])
    op.add_column(
        "council_session",
        sa.Column(
            "status",
            sa.Enum(
                "CONVENED",
                "OPEN",
                "CLOSED",
                "WITHOUT_RESULT",
                name="sessionstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="CONVENED",
            nullable=False,
        ),
    )
    op.add_column("council_session", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("council_session", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("council_session", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("council_session", sa.Column("minutes", sa.Text(), nullable=True))
    op.add_column("council_session", sa.Column("minutes_sha256", sa.Text(), nullable=True))
    op.create_index("ix_council_session_all", "council_session", ["opens_at", "id"], unique=False)
    op.create_index("ix_council_session_status", "council_session", ["status", "opens_at", "id"], unique=False)
    op.add_column(
        "decision",
        sa.Column(
            "kind",
            sa.Enum(
                "COMMENDATION",
                "CORRECTION",
                "REVOCATION",
                "STRIPPING",
                "RESTORATION",
                name="decisionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="COMMENDATION",
            nullable=False,
        ),
    )
    op.add_column(
        "decision",
        sa.Column(
            "signature",
            sa.Enum("IN_PERSON", "KT", "TUQ", name="signature", native_enum=False, create_constraint=True, length=40),
            server_default="IN_PERSON",
            nullable=False,
        ),
    )
    op.add_column(
        "decision",
        sa.Column(
            "published_order",
            sa.DateTime(timezone=True),
            sa.Computed("coalesce(published_at, timestamptz '-infinity')", persisted=True),
            nullable=False,
        ),
    )
    op.add_column("decision", sa.Column("void_reason", sa.Text(), nullable=True))
    op.create_index("ix_decision_kind", "decision", ["kind", "signed_on", "id"], unique=False)
    op.create_index("ix_decision_published_order", "decision", ["published_order", "id"], unique=False)
    op.add_column("dossier", sa.Column("receiver_id", sa.Uuid(), nullable=True))
    op.add_column("dossier", sa.Column("workflow_code", sa.Text(), server_default="2024-1", nullable=False))
    op.add_column("dossier", sa.Column("came_from", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column(
        "dossier", sa.Column("actors", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False)
    )
    op.add_column("dossier", sa.Column("declared", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    op.add_column(
        "dossier", sa.Column("time_limits", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "dossier",
        sa.Column(
            "stage",
            sa.Enum(
                "RECEPTION",
                "APPRAISAL_AND_COUNCIL",
                "SIGNING",
                "RETURN_OF_RESULT",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.add_column("dossier", sa.Column("stage_half_days_left", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("half_days_spent", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("half_days_left", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("half_days_saved", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("clock_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier", sa.Column("at_risk_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_dossier_at_risk", "dossier", ["at_risk_at"], unique=False, postgresql_where="at_risk_at is not null"
    )
    op.create_index("ix_dossier_late", "dossier", ["late_at"], unique=False, postgresql_where="late_at is not null")
    op.create_foreign_key(op.f("fk_dossier_receiver_id_agency"), "dossier", "agency", ["receiver_id"], ["id"])
    op.add_column("dossier_document", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier_line", sa.Column("other_form_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_dossier_line_other_form_id_award_type"), "dossier_line", "award_type", ["other_form_id"], ["id"]
    )
    op.drop_index(op.f("uq_required_document"), table_name="required_document")
    op.create_index(
        "uq_required_document",
        "required_document",
        [
            "rule_set_id",
            "kind",
            sa.literal_column("coalesce(award_class, '')"),
            sa.literal_column("coalesce(award_code, '')"),
            sa.literal_column("coalesce(commendation_type, '')"),
            "due",
        ],
        unique=True,
    )
    op.add_column("rule_set", sa.Column("workflow", sa.Text(), server_default="2024-1", nullable=False))
    op.create_check_constraint(
        op.f("ck_award_name_is_nfc"),
        "award",
        "((recipient_name = NORMALIZE(recipient_name, NFC)) AND (btrim(recipient_name) <> ''::text))",
    )
    op.create_check_constraint(
        op.f("ck_council_session_minutes_have_a_digest"),
        "council_session",
        "((minutes IS NULL) = (minutes_sha256 IS NULL))",
    )
    op.create_check_constraint(op.f("ck_council_session_version_counts_from_one"), "council_session", "(version >= 1)")
    op.create_check_constraint(
        op.f("ck_council_session_what_ended_has_an_end"),
        "council_session",
        "((status IN ('CLOSED', 'WITHOUT_RESULT')) = (closed_at IS NOT NULL))",
    )
    op.create_check_constraint(
        op.f("ck_council_session_what_is_convened_is_not_open"),
        "council_session",
        "(((status)::text <> 'CONVENED'::text) OR (opened_at IS NULL))",
    )
    op.create_check_constraint(
        op.f("ck_council_session_what_is_open_was_opened"),
        "council_session",
        "((status NOT IN ('OPEN', 'CLOSED')) OR (opened_at IS NOT NULL))",
    )
    op.create_check_constraint(
        op.f("ck_decision_a_void_has_a_reason"),
        "decision",
        "(((status)::text = 'VOID'::text) = (COALESCE(btrim(void_reason), ''::text) <> ''::text))",
    )
    op.create_check_constraint(
        op.f("ck_decision_decisionstatus"), "decision", "(status IN ('ISSUED', 'PUBLISHED', 'CANCELLED', 'VOID'))"
    )
    op.create_check_constraint(
        op.f("ck_decision_what_is_void_was_never_public"),
        "decision",
        "(((status)::text <> 'VOID'::text) OR (published_at IS NULL))",
    )
    op.create_check_constraint(
        op.f("ck_dossier_dossierstatus"),
        "dossier",
        (
            "(status IN ('DRAFT', 'DELETED', 'SUBMITTED', 'RECEIVED', 'REFUSED_AT_RECEPTION', 'WITHDRAWN', "
            "'ASSIGNED', 'APPRAISING', 'RETURNED_TO_APPRAISAL', 'SUPPLEMENT_REQUESTED', 'INELIGIBLE', "
            "'CONSULTING', 'POSTED', 'COUNCIL', 'NOT_PASSED', 'PARTY_OPINION', 'SIGNING', 'HELD', 'STOPPED', "
            "'FORWARDED_UP', 'RESULT_FROM_ABOVE', 'DECLINED_ABOVE', 'DECIDED', 'PUBLISHED', "
            "'RESULT_RETURNED', 'ARCHIVED', 'CANCELLED'))"
        ),
    )
    op.create_check_constraint(
        op.f("ck_dossier_the_clock_is_whole"),
        "dossier",
        (
            "(num_nulls(time_limits, stage, stage_half_days_left, half_days_spent, half_days_left, "
            "clock_since) = ANY (ARRAY[0, 6]))"
        ),
    )
    op.create_check_constraint(op.f("ck_dossier_time_is_spent_forwards"), "dossier", "(half_days_spent >= 0)")
    op.create_check_constraint(
        op.f("ck_dossier_what_has_no_clock_is_never_late"),
        "dossier",
        "((clock_since IS NOT NULL) OR (num_nulls(half_days_saved, late_at, at_risk_at) = 3))",
    )
    op.create_check_constraint(
        op.f("ck_dossier_what_is_handled_has_a_code"),
        "dossier",
        (
            "((code IS NOT NULL) OR (status IN ('DRAFT', 'DELETED', 'SUBMITTED', 'REFUSED_AT_RECEPTION', "
            "'WITHDRAWN', 'ARCHIVED')))"
        ),
    )
    op.create_check_constraint(op.f("ck_dossier_what_is_late_was_at_risk"), "dossier", "(at_risk_at <= late_at)")
    op.create_check_constraint(
        op.f("ck_dossier_what_left_the_draft_was_submitted"),
        "dossier",
        "((status IN ('DRAFT', 'DELETED')) OR (submitted_at IS NOT NULL))",
    )
    op.create_check_constraint(
        op.f("ck_dossier_document_documentkind"),
        "dossier_document",
        (
            "(kind IN ('PROPOSAL', 'ACHIEVEMENT_REPORT', 'ACHIEVEMENT_SUMMARY', 'MINUTES', "
            "'INITIATIVE_CERTIFICATE', 'ACHIEVEMENT_CERTIFICATE', 'OPINION', 'PUBLIC_POSTING', "
            "'OBLIGATION_CONFIRMATION', 'BALLOT_MINUTES', 'OTHER'))"
        ),
    )
    op.create_check_constraint(
        op.f("ck_dossier_line_lineoutcome"),
        "dossier_line",
        ("(outcome IN ('PENDING', 'ELIGIBLE', 'INELIGIBLE', 'PASSED', 'NOT_PASSED', 'AWARDED', 'NOT_AWARDED'))"),
    )
    op.create_check_constraint(
        op.f("ck_required_document_documentkind"),
        "required_document",
        (
            "(kind IN ('PROPOSAL', 'ACHIEVEMENT_REPORT', 'ACHIEVEMENT_SUMMARY', 'MINUTES', "
            "'INITIATIVE_CERTIFICATE', 'ACHIEVEMENT_CERTIFICATE', 'OPINION', 'PUBLIC_POSTING', "
            "'OBLIGATION_CONFIRMATION', 'BALLOT_MINUTES', 'OTHER'))"
        ),
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
            "'PUBLISH', 'RETURN_RESULT', 'ARCHIVE', 'CANCEL'))"
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("the register is not unmade: restore a backup instead")
