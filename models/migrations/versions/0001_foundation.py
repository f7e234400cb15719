"""The foundation: every noun of the register, and the journal."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import models.base
import models.journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


HERE = Path(__file__).parent


def run_file(name: str) -> None:
    """Run a file of SQL beside this one, a statement at a time: a blank line ends each."""
    for statement in (HERE / name).read_text(encoding="utf-8").split("\n\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    run_file("0001_text.sql")
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "PRESIDENT",
                "NATIONAL_ASSEMBLY",
                "GOVERNMENT",
                "PRIME_MINISTER",
                "MINISTRY",
                "PROVINCE",
                "DEPARTMENT",
                "MASS_ORGANISATION",
                "DISTRICT",
                "COMMUNE",
                "WARD",
                "OFFICE",
                "UNIT",
                "ENTERPRISE",
                "ARMED_FORCES",
                name="agencykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "CENTRAL",
                "PROVINCE",
                "DEPARTMENT",
                "DISTRICT",
                "COMMUNE",
                "UNIT",
                name="agencylevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("path", models.base.LTree(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("desk_id", sa.Uuid(), nullable=True),
        sa.Column("sort_key", sa.Text(collation="C"), sa.Computed("vi_key(name)", persisted=True), nullable=False),
        sa.Column(
            "name_folded",
            sa.Text(),
            sa.Computed(
                "fold(coalesce(code, '') || ' ' || coalesce(name, '') || ' ' || coalesce(name_en, ''))", persisted=True
            ),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "search_vector(coalesce(code, '') || ' ' || coalesce(name, ''), coalesce(name_en, ''))", persisted=True
            ),
            nullable=False,
        ),
        sa.CheckConstraint("name = normalize(name, NFC) and btrim(name) <> ''", name=op.f("ck_agency_name_is_nfc")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_agency_is_not_its_own_parent")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_agency_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["desk_id"], ["agency.id"], name=op.f("fk_agency_desk_id_agency")),
        sa.ForeignKeyConstraint(["parent_id"], ["agency.id"], name=op.f("fk_agency_parent_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
        sa.UniqueConstraint("path", name=op.f("uq_agency_path")),
    )
    op.create_index("ix_agency_name", "agency", ["sort_key", "id"], unique=False)
    op.create_index(
        "ix_agency_name_folded",
        "agency",
        ["name_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_folded": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_agency_parent_id"), "agency", ["parent_id"], unique=False)
    op.create_index("ix_agency_path", "agency", ["path"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_agency_search",
        "agency",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "article",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "title_folded",
            sa.Text(),
            sa.Computed("fold(coalesce(title, '') || ' ' || coalesce(summary, ''))", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "search_vector(coalesce(title, ''), coalesce(summary, '') || ' ' || coalesce(body, ''))", persisted=True
            ),
            nullable=False,
        ),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_article_slug_is_plain")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("slug", name=op.f("uq_article_slug")),
    )
    op.create_index("ix_article_newest", "article", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_article_search",
        "article",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_article_title_folded",
        "article",
        ["title_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_folded": "gin_trgm_ops"},
    )
    op.create_table(
        "award_type",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
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
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "STATE",
                "PROVINCE",
                "GRASSROOTS",
                "COMMUNE",
                name="awardlevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recipients", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("posthumous", sa.Boolean(), nullable=False),
        sa.Column(
            "cadence",
            sa.Enum(
                "YEARLY",
                "THREE_YEARLY",
                "FIVE_YEARLY",
                name="cadence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("sort_key", sa.Text(collation="C"), sa.Computed("vi_key(name)", persisted=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_award_type_one_at_a_time",
        ),
        sa.CheckConstraint(
            "cardinality(recipients) > 0 and recipients <@ array['INDIVIDUAL', 'COLLECTIVE', 'HOUSEHOLD', 'ENTERPRISE', 'FOREIGN_PARTY']",
            name=op.f("ck_award_type_recipients_are_kinds_of_nominee"),
        ),
        sa.CheckConstraint("code ~ '^[A-Z0-9_]+$'", name=op.f("ck_award_type_code_is_capitals")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_award_type_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_type")),
    )
    op.create_index("ix_award_type_rank", "award_type", ["rank", "id"], unique=False)
    op.create_table(
        "guidance_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "LAW",
                "DECREE",
                "RESOLUTION",
                "CIRCULAR",
                "DECISION",
                "PLAN",
                "GUIDANCE",
                "OTHER",
                name="legalform",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "validity",
            sa.Enum(
                "IN_FORCE",
                "PARTLY_EXPIRED",
                "EXPIRED",
                "NOT_YET_IN_FORCE",
                name="validity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "title_folded",
            sa.Text(),
            sa.Computed("fold(coalesce(number, '') || ' ' || coalesce(title, ''))", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "search_vector(coalesce(number, '') || ' ' || coalesce(title, ''), coalesce(summary, '') || ' ' || coalesce(issued_by, '') || ' ' || coalesce(signer_name, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "effective_on >= issued_on", name=op.f("ck_guidance_document_takes_effect_after_it_is_issued")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance_document")),
        sa.UniqueConstraint("number", name=op.f("uq_guidance_document_number")),
    )
    op.create_index("ix_guidance_document_newest", "guidance_document", ["issued_on", "id"], unique=False)
    op.create_index(
        "ix_guidance_document_search",
        "guidance_document",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_guidance_document_title_folded",
        "guidance_document",
        ["title_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_folded": "gin_trgm_ops"},
    )
    op.create_table(
        "journal_head",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen", models.journal.Snapshot(), nullable=False),
        sa.Column("system", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_journal_head_there_is_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_journal_head")),
        postgresql_with={"fillfactor": 10},
    )
    op.create_table(
        "rule_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("instruments", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("processing_days", sa.Integer(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("daterange(valid_from, valid_to)"), "&&"), using="gist", name="ex_rule_set_one_at_a_time"
        ),
        sa.CheckConstraint(
            "processing_days between 1 and 250", name=op.f("ck_rule_set_processing_days_are_within_a_year")
        ),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_rule_set_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("code", name=op.f("uq_rule_set_code")),
    )
    op.create_table(
        "agency_succession",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.CheckConstraint("agency_id <> successor_id", name=op.f("ck_agency_succession_is_another_agency")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_succession_agency_id_agency")),
        sa.ForeignKeyConstraint(["successor_id"], ["agency.id"], name=op.f("fk_agency_succession_successor_id_agency")),
        sa.PrimaryKeyConstraint("agency_id", "successor_id", name=op.f("pk_agency_succession")),
    )
    op.create_index(op.f("ix_agency_succession_successor_id"), "agency_succession", ["successor_id"], unique=False)
    op.create_table(
        "authority",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_type_id", sa.Uuid(), nullable=False),
        sa.Column(
            "agency_kind",
            sa.Enum(
                "PRESIDENT",
                "NATIONAL_ASSEMBLY",
                "GOVERNMENT",
                "PRIME_MINISTER",
                "MINISTRY",
                "PROVINCE",
                "DEPARTMENT",
                "MASS_ORGANISATION",
                "DISTRICT",
                "COMMUNE",
                "WARD",
                "OFFICE",
                "UNIT",
                "ENTERPRISE",
                "ARMED_FORCES",
                name="agencykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "right",
            sa.Enum(
                "DECIDES",
                "PROPOSES",
                "CONSULTED",
                name="authorityright",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("award_type_id"), "="),
            (sa.column("agency_kind"), "="),
            (sa.column("right"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_authority_one_at_a_time",
        ),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_authority_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["award_type_id"], ["award_type.id"], name=op.f("fk_authority_award_type_id_award_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    op.create_index(op.f("ix_authority_award_type_id"), "authority", ["award_type_id"], unique=False)
    op.create_table(
        "council",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_council_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_council_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council")),
    )
    op.create_index(op.f("ix_council_agency_id"), "council", ["agency_id"], unique=False)
    op.create_index("uq_council_agency", "council", ["agency_id", "valid_from"], unique=True)
    op.create_table(
        "decision_number_count",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_decision_number_count_counts_from_zero")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_decision_number_count_agency_id_agency")),
        sa.PrimaryKeyConstraint("agency_id", "year", name=op.f("pk_decision_number_count")),
    )
    op.create_table(
        "dossier_code_count",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 1", name=op.f("ck_dossier_code_count_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_dossier_code_count_agency_id_agency")),
        sa.PrimaryKeyConstraint("agency_id", "day", name=op.f("pk_dossier_code_count")),
    )
    op.create_table(
        "movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=True),
        sa.Column(
            "form",
            sa.Enum("REGULAR", "THEMATIC", name="movementform", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum(
                "NATIONAL",
                "PROVINCE",
                "CLUSTER",
                "AGENCY",
                name="movementscope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "PREPARING",
                "RUNNING",
                "MID_TERM_REVIEW",
                "FINAL_REVIEW",
                "CLOSED",
                name="movementstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("aim", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("launched_by_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("sort_key", sa.Text(collation="C"), sa.Computed("vi_key(title)", persisted=True), nullable=False),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "search_vector(coalesce(title, ''), coalesce(title_en, '') || ' ' || coalesce(aim, '') || ' ' || coalesce(legal_basis, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_movement_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["launched_by_id"], ["agency.id"], name=op.f("fk_movement_launched_by_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    op.create_index(op.f("ix_movement_launched_by_id"), "movement", ["launched_by_id"], unique=False)
    op.create_index("ix_movement_newest", "movement", ["starts_on", "id"], unique=False)
    op.create_index(
        "ix_movement_search",
        "movement",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_movement_title", "movement", ["sort_key", "id"], unique=False)
    op.create_table(
        "nominee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "INDIVIDUAL",
                "COLLECTIVE",
                "HOUSEHOLD",
                "ENTERPRISE",
                "FOREIGN_PARTY",
                name="nomineekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column(
            "recipient_class",
            sa.Enum(
                "PROVINCIAL_LEADER",
                "DEPARTMENT_LEADER",
                "DIVISION_LEADER",
                "DIRECT_WORKER",
                "BUSINESS_PERSON",
                name="recipientclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), sa.Computed("vi_key(name)", persisted=True), nullable=False),
        sa.Column("name_folded", sa.Text(), sa.Computed("fold(coalesce(name, ''))", persisted=True), nullable=False),
        sa.CheckConstraint(
            "kind = 'INDIVIDUAL' or recipient_class is null", name=op.f("ck_nominee_only_individuals_have_a_class")
        ),
        sa.CheckConstraint("name = normalize(name, NFC) and btrim(name) <> ''", name=op.f("ck_nominee_name_is_nfc")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_nominee_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominee")),
    )
    op.create_index("ix_nominee_agency", "nominee", ["agency_id", "sort_key", "id"], unique=False)
    op.create_index("ix_nominee_class", "nominee", ["recipient_class", "sort_key", "id"], unique=False)
    op.create_index("ix_nominee_kind", "nominee", ["kind", "sort_key", "id"], unique=False)
    op.create_index("ix_nominee_name", "nominee", ["sort_key", "id"], unique=False)
    op.create_index(
        "ix_nominee_name_folded",
        "nominee",
        ["name_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_folded": "gin_trgm_ops"},
    )
    op.create_table(
        "required_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_set_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PROPOSAL",
                "ACHIEVEMENT_REPORT",
                "ACHIEVEMENT_SUMMARY",
                "MINUTES",
                "INITIATIVE_CERTIFICATE",
                "ACHIEVEMENT_CERTIFICATE",
                "OPINION",
                "PUBLIC_POSTING",
                "BALLOT_MINUTES",
                "OTHER",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.Column(
            "due",
            sa.Enum(
                "DRAFT",
                "SUBMIT",
                "RECEIVE",
                "REFUSE",
                "WITHDRAW",
                "ASSIGN",
                "REQUEST_SUPPLEMENT",
                "SUPPLEMENT",
                "APPRAISE",
                "PASS_APPRAISAL",
                "FAIL_APPRAISAL",
                "CONSULT",
                "POST",
                "CONVENE",
                "ADVISE",
                "FAIL_COUNCIL",
                "ASK_PARTY",
                "RETURN",
                "HOLD",
                "RESUME",
                "STOP",
                "FORWARD_UP",
                "DECLINE_ABOVE",
                "DECIDE",
                "PUBLISH",
                "RETURN_RESULT",
                "ARCHIVE",
                "CANCEL",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["rule_set.id"], name=op.f("fk_required_document_rule_set_id_rule_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_document")),
    )
    op.create_index(
        "uq_required_document",
        "required_document",
        [
            "rule_set_id",
            "kind",
            sa.literal_column("coalesce(award_class, '')"),
            sa.literal_column("coalesce(award_code, '')"),
            sa.literal_column("coalesce(commendation_type, '')"),
        ],
        unique=True,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=True),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "username = lower(username) and username ~ '^[a-z0-9._-]{2,64}$'", name=op.f("ck_account_username_is_plain")
        ),
        sa.CheckConstraint("failed_attempts >= 0", name=op.f("ck_account_attempts_are_counted")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_account_nominee_id_nominee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("nominee_id", name=op.f("uq_account_nominee_id")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "council_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("MEETING", "WRITTEN", name="sessionkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_council_session_closes_after_it_opens")),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_council_session_council_id_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_session")),
    )
    op.create_index("ix_council_session_newest", "council_session", ["council_id", "opens_at", "id"], unique=False)
    op.create_table(
        "exemplary_model",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "title_folded",
            sa.Text(),
            sa.Computed("fold(coalesce(title, '') || ' ' || coalesce(summary, ''))", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "search_vector(coalesce(title, ''), coalesce(summary, '') || ' ' || coalesce(field, '') || ' ' || coalesce(body, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_exemplary_model_slug_is_plain")),
        sa.CheckConstraint("year between 1945 and 2200", name=op.f("ck_exemplary_model_year_is_a_year")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_exemplary_model_agency_id_agency")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_exemplary_model_nominee_id_nominee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemplary_model")),
        sa.UniqueConstraint("slug", name=op.f("uq_exemplary_model_slug")),
    )
    op.create_index(op.f("ix_exemplary_model_agency_id"), "exemplary_model", ["agency_id"], unique=False)
    op.create_index("ix_exemplary_model_newest", "exemplary_model", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_exemplary_model_nominee_id"), "exemplary_model", ["nominee_id"], unique=False)
    op.create_index(
        "ix_exemplary_model_search",
        "exemplary_model",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "ix_exemplary_model_title_folded",
        "exemplary_model",
        ["title_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_folded": "gin_trgm_ops"},
    )
    op.create_table(
        "nominee_personal",
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("personal_number", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("female", sa.Boolean(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "personal_number ~ '^\\d{12}$'", name=op.f("ck_nominee_personal_personal_number_has_twelve_digits")
        ),
        sa.CheckConstraint(
            "birth_date is null or birth_year = extract(year from birth_date)",
            name=op.f("ck_nominee_personal_birth_year_agrees_with_the_date"),
        ),
        sa.CheckConstraint("birth_year between 1850 and 2200", name=op.f("ck_nominee_personal_birth_year_is_a_year")),
        sa.ForeignKeyConstraint(
            ["nominee_id"], ["nominee.id"], name=op.f("fk_nominee_personal_nominee_id_nominee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("nominee_id", name=op.f("pk_nominee_personal")),
        sa.UniqueConstraint("personal_number", name=op.f("uq_nominee_personal_personal_number")),
    )
    op.create_table(
        "council_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "seat",
            sa.Enum(
                "CHAIR",
                "FIRST_VICE_CHAIR",
                "VICE_CHAIR",
                "MEMBER",
                "SECRETARY",
                name="seat",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_council_member_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_council_member_account_id_account")),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_council_member_council_id_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_member")),
    )
    op.create_index(op.f("ix_council_member_account_id"), "council_member", ["account_id"], unique=False)
    op.create_index("uq_council_member", "council_member", ["council_id", "account_id", "valid_from"], unique=True)
    op.create_index(
        "uq_council_member_chair",
        "council_member",
        ["council_id"],
        unique=True,
        postgresql_where="seat = 'CHAIR' and valid_to is null",
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), sa.Computed("decision_number_key(number)", persisted=True), nullable=False),
        sa.Column(
            "year", sa.Integer(), sa.Computed("extract(year from signed_on)::integer", persisted=True), nullable=False
        ),
        sa.Column(
            "ordinal",
            sa.Integer(),
            sa.Computed("coalesce(substring(number from '^[0-9]{1,9}')::integer, 0)", persisted=True),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ISSUED",
                "PUBLISHED",
                "CANCELLED",
                name="decisionstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signer_id", sa.Uuid(), nullable=True),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signer_title", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "title_folded",
            sa.Text(),
            sa.Computed("fold(coalesce(number, '') || ' ' || coalesce(title, ''))", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("search_vector(coalesce(number, '') || ' ' || coalesce(title, ''), '')", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "number = normalize(number, NFC) and btrim(number) <> ''", name=op.f("ck_decision_number_is_nfc")
        ),
        sa.CheckConstraint(
            "signed_on between '1945-09-02' and '2200-01-01'", name=op.f("ck_decision_signed_on_is_a_day")
        ),
        sa.CheckConstraint(
            "status <> 'PUBLISHED' or published_at is not null", name=op.f("ck_decision_what_is_public_has_a_date")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_decision_version_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_decision_agency_id_agency")),
        sa.ForeignKeyConstraint(["signer_id"], ["account.id"], name=op.f("fk_decision_signer_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_agency", "decision", ["agency_id", "signed_on", "id"], unique=False)
    op.create_index("ix_decision_by_number", "decision", ["year", "ordinal", "id"], unique=False)
    op.create_index("ix_decision_newest", "decision", ["signed_on", "id"], unique=False)
    op.create_index("ix_decision_number_key", "decision", ["number_key"], unique=False)
    op.create_index(
        "ix_decision_published",
        "decision",
        ["published_at", "id"],
        unique=False,
        postgresql_where="published_at is not null",
    )
    op.create_index(
        "ix_decision_search",
        "decision",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_decision_status", "decision", ["status", "signed_on", "id"], unique=False)
    op.create_index(
        "ix_decision_title_folded",
        "decision",
        ["title_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_folded": "gin_trgm_ops"},
    )
    op.create_index("uq_decision_number", "decision", ["agency_id", "year", "number_key"], unique=True)
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "RECEIVED",
                "REFUSED_AT_RECEPTION",
                "WITHDRAWN",
                "ASSIGNED",
                "APPRAISING",
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
        sa.Column("version", sa.Integer(), nullable=False),
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
            nullable=False,
        ),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("handler_id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=True),
        sa.Column("rule_set_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "due_order", sa.Date(), sa.Computed("coalesce(due_on, date '9000-01-01')", persisted=True), nullable=False
        ),
        sa.Column(
            "received_order",
            sa.DateTime(timezone=True),
            sa.Computed("coalesce(received_at, timestamptz '-infinity')", persisted=True),
            nullable=False,
        ),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("appraiser_id", sa.Uuid(), nullable=True),
        sa.Column(
            "title_folded",
            sa.Text(),
            sa.Computed("fold(coalesce(code, '') || ' ' || coalesce(title, ''))", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("search_vector(coalesce(code, '') || ' ' || coalesce(title, ''), '')", persisted=True),
            nullable=False,
        ),
        sa.CheckConstraint(
            "code is not null or status in ('DRAFT', 'SUBMITTED', 'REFUSED_AT_RECEPTION', 'WITHDRAWN', 'ARCHIVED')",
            name=op.f("ck_dossier_what_is_handled_has_a_code"),
        ),
        sa.CheckConstraint(
            "code ~ '^H37(\\.[0-9A-Z]{2,3}){1,3}-\\d{6}-\\d{4,}$'", name=op.f("ck_dossier_code_is_a_dossier_code")
        ),
        sa.CheckConstraint(
            "status = 'DRAFT' or submitted_at is not null", name=op.f("ck_dossier_what_left_the_draft_was_submitted")
        ),
        sa.CheckConstraint(
            "title = normalize(title, NFC) and btrim(title) <> ''", name=op.f("ck_dossier_title_is_nfc")
        ),
        sa.CheckConstraint(
            "(code is null) = (received_at is null)", name=op.f("ck_dossier_code_is_given_at_reception")
        ),
        sa.CheckConstraint(
            "(code is null) = (rule_set_id is null)", name=op.f("ck_dossier_rules_are_bound_at_reception")
        ),
        sa.CheckConstraint("received_at >= submitted_at", name=op.f("ck_dossier_is_received_after_it_is_submitted")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_dossier_version_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_dossier_agency_id_agency")),
        sa.ForeignKeyConstraint(["appraiser_id"], ["account.id"], name=op.f("fk_dossier_appraiser_id_account")),
        sa.ForeignKeyConstraint(["authority_id"], ["agency.id"], name=op.f("fk_dossier_authority_id_agency")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["account.id"], name=op.f("fk_dossier_drafted_by_id_account")),
        sa.ForeignKeyConstraint(["handler_id"], ["agency.id"], name=op.f("fk_dossier_handler_id_agency")),
        sa.ForeignKeyConstraint(["movement_id"], ["movement.id"], name=op.f("fk_dossier_movement_id_movement")),
        sa.ForeignKeyConstraint(["rule_set_id"], ["rule_set.id"], name=op.f("fk_dossier_rule_set_id_rule_set")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["account.id"], name=op.f("fk_dossier_submitted_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("code", name=op.f("uq_dossier_code")),
    )
    op.create_index("ix_dossier_agency", "dossier", ["agency_id", "status", "created_at", "id"], unique=False)
    op.create_index("ix_dossier_appraiser", "dossier", ["appraiser_id", "created_at", "id"], unique=False)
    op.create_index("ix_dossier_authority", "dossier", ["authority_id", "created_at", "id"], unique=False)
    op.create_index("ix_dossier_commendation_type", "dossier", ["commendation_type", "created_at", "id"], unique=False)
    op.create_index("ix_dossier_due", "dossier", ["due_order", "id"], unique=False)
    op.create_index("ix_dossier_due_on", "dossier", ["due_on"], unique=False)
    op.create_index("ix_dossier_handler", "dossier", ["handler_id", "status", "created_at", "id"], unique=False)
    op.create_index("ix_dossier_movement", "dossier", ["movement_id", "created_at", "id"], unique=False)
    op.create_index("ix_dossier_newest", "dossier", ["created_at", "id"], unique=False)
    op.create_index("ix_dossier_received", "dossier", ["received_at"], unique=False)
    op.create_index("ix_dossier_received_order", "dossier", ["received_order", "id"], unique=False)
    op.create_index(
        "ix_dossier_search",
        "dossier",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_dossier_status", "dossier", ["status", "created_at", "id"], unique=False)
    op.create_index(
        "ix_dossier_title_folded",
        "dossier",
        ["title_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title_folded": "gin_trgm_ops"},
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tx", models.journal.TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("act ~ '^[A-Z][A-Z_]+$'", name=op.f("ck_journal_act_is_a_name")),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_journal_actor_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("key", name=op.f("uq_journal_key")),
        sa.UniqueConstraint("subject_kind", "subject_id", "subject_version", name="uq_journal_subject"),
    )
    op.create_index(op.f("ix_journal_actor_id"), "journal", ["actor_id"], unique=False)
    op.create_index(
        "ix_journal_decided",
        "journal",
        ["subject_id", "at"],
        unique=False,
        postgresql_where="subject_kind = 'Dossier' and act = 'DECIDE'",
    )
    op.create_index("ix_journal_topics", "journal", ["topics"], unique=False, postgresql_using="gin")
    op.create_index("ix_journal_tx", "journal", ["tx"], unique=False)
    op.create_table(
        "role_held",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
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
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_role_held_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_held_account_id_account")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_role_held_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_held")),
    )
    op.create_index(op.f("ix_role_held_agency_id"), "role_held", ["agency_id"], unique=False)
    op.create_index("uq_role_held", "role_held", ["account_id", "role", "agency_id", "valid_from"], unique=True)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_session_ends_after_it_begins")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_session_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "stored_reply",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stored_reply_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_stored_reply")),
    )
    op.create_table(
        "dossier_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PROPOSAL",
                "ACHIEVEMENT_REPORT",
                "ACHIEVEMENT_SUMMARY",
                "MINUTES",
                "INITIATIVE_CERTIFICATE",
                "ACHIEVEMENT_CERTIFICATE",
                "OPINION",
                "PUBLIC_POSTING",
                "BALLOT_MINUTES",
                "OTHER",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "title = normalize(title, NFC) and btrim(title) <> ''", name=op.f("ck_dossier_document_title_is_nfc")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_document_dossier_id_dossier"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_document")),
    )
    op.create_index("uq_dossier_document_position", "dossier_document", ["dossier_id", "position"], unique=True)
    op.create_table(
        "dossier_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("award_type_id", sa.Uuid(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("achievement_year", sa.Integer(), nullable=False),
        sa.Column("posthumous", sa.Boolean(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "PENDING",
                "ELIGIBLE",
                "INELIGIBLE",
                "AWARDED",
                "NOT_AWARDED",
                name="lineoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("appraised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appraised_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "citation = normalize(citation, NFC) and btrim(citation) <> ''",
            name=op.f("ck_dossier_line_citation_is_nfc"),
        ),
        sa.CheckConstraint(
            "outcome <> 'INELIGIBLE' or btrim(reason) <> ''", name=op.f("ck_dossier_line_a_refusal_has_a_reason")
        ),
        sa.CheckConstraint(
            "outcome = 'PENDING' or appraised_by_id is not null",
            name=op.f("ck_dossier_line_an_outcome_has_an_appraiser"),
        ),
        sa.CheckConstraint(
            "achievement_year between 1945 and 2200", name=op.f("ck_dossier_line_achievement_year_is_a_year")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_dossier_line_position_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["appraised_by_id"], ["account.id"], name=op.f("fk_dossier_line_appraised_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["award_type_id"], ["award_type.id"], name=op.f("fk_dossier_line_award_type_id_award_type")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_line_dossier_id_dossier"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_dossier_line_nominee_id_nominee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_line")),
    )
    op.create_index(op.f("ix_dossier_line_award_type_id"), "dossier_line", ["award_type_id"], unique=False)
    op.create_index(op.f("ix_dossier_line_nominee_id"), "dossier_line", ["nominee_id"], unique=False)
    op.create_index(
        "uq_dossier_line_nominee", "dossier_line", ["dossier_id", "nominee_id", "award_type_id"], unique=True
    )
    op.create_index("uq_dossier_line_position", "dossier_line", ["dossier_id", "position"], unique=True)
    op.create_table(
        "journal_seq",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["journal.id"], name=op.f("fk_journal_seq_entry_id_journal")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_seq")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_seq_entry_id")),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("award_type_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("achievement_year", sa.Integer(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("posthumous", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
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
        sa.CheckConstraint("achievement_year between 1945 and 2200", name=op.f("ck_award_achievement_year_is_a_year")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_award_position_counts_from_one")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_award_agency_id_agency")),
        sa.ForeignKeyConstraint(["award_type_id"], ["award_type.id"], name=op.f("fk_award_award_type_id_award_type")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_award_decision_id_decision")),
        sa.ForeignKeyConstraint(["line_id"], ["dossier_line.id"], name=op.f("fk_award_line_id_dossier_line")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_award_nominee_id_nominee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("line_id", name=op.f("uq_award_line_id")),
    )
    op.create_index("ix_award_agency", "award", ["agency_id", "award_type_id", "awarded_on", "id"], unique=False)
    op.create_index("ix_award_newest", "award", ["awarded_on", "id"], unique=False)
    op.create_index("ix_award_nominee", "award", ["nominee_id", "awarded_on", "id"], unique=False)
    op.create_index("ix_award_status", "award", ["status", "awarded_on", "id"], unique=False)
    op.create_index("ix_award_type", "award", ["award_type_id", "awarded_on", "id"], unique=False)
    op.create_index("ix_award_year", "award", ["achievement_year", "awarded_on", "id"], unique=False)
    op.create_index("uq_award_nominee", "award", ["decision_id", "nominee_id", "award_type_id"], unique=True)
    op.create_index("uq_award_position", "award", ["decision_id", "position"], unique=True)
    run_file("0001_journal.sql")


def downgrade() -> None:
    raise NotImplementedError("the register is not unmade: restore a backup instead")
