"""Who asks: sessions, tokens of programs, identities of elsewhere, and tracking codes."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

import models.base
import models.journal

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


HERE = Path(__file__).parent


def run_file(name: str) -> None:
    """Run a file of SQL beside this one, a statement at a time: a blank line ends each."""
    for statement in (HERE / name).read_text(encoding="utf-8").split("\n\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_account_attempts_are_counted"), "account")
    op.drop_constraint(op.f("ck_posting_comment_what_is_online_has_an_account"), "posting_comment")
    op.create_table(
        "reference_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tx", models.journal.TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_change")),
    )
    op.create_index(op.f("ix_reference_change_at"), "reference_change", ["at"], unique=False)
    op.create_index("ix_reference_change_tx", "reference_change", ["tx"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("failed >= 1", name=op.f("ck_sign_in_attempt_attempts_are_counted")),
        sa.CheckConstraint("octet_length(who) = 32", name=op.f("ck_sign_in_attempt_who_is_sha256")),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_table(
        "access_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("acts", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("permissions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("btrim(name) <> '' and length(name) <= 100", name=op.f("ck_access_token_has_a_name")),
        sa.CheckConstraint(
            "expires_at <= created_at + interval '367 days'", name=op.f("ck_access_token_lasts_a_year_at_most")
        ),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_access_token_ends_after_it_begins")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_access_token_token_hash_is_sha256")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_access_token_version_counts_from_one")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_access_token_account_id_account")),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_access_token_created_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_token_token_hash")),
    )
    op.create_index("ix_access_token_account", "access_token", ["account_id", "created_at", "id"], unique=False)
    op.create_index("ix_access_token_newest", "access_token", ["created_at", "id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(subject_hash) = 32", name=op.f("ck_identity_subject_hash_is_sha256")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_identity_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    op.create_index(
        "uq_identity_account", "identity", ["account_id", "issuer"], unique=True, postgresql_where="ended_at is null"
    )
    op.create_index(
        "uq_identity_subject", "identity", ["subject_hash"], unique=True, postgresql_where="ended_at is null"
    )
    op.create_table(
        "provider_sign_in",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(state_hash) = 32", name=op.f("ck_provider_sign_in_state_hash_is_sha256")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_provider_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_provider_sign_in")),
    )
    op.create_index(op.f("ix_provider_sign_in_expires_at"), "provider_sign_in", ["expires_at"], unique=False)
    op.create_table(
        "provider_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("sid_hash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_provider_session_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_provider_session_session_id_session")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_provider_session")),
    )
    op.create_index(op.f("ix_provider_session_identity_id"), "provider_session", ["identity_id"], unique=False)
    op.create_table(
        "security_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SIGNED_IN",
                "SIGN_IN_FAILED",
                "LOCKED",
                "SIGNED_OUT",
                "SESSIONS_REVOKED",
                "PASSWORD_CHANGED",
                name="securityeventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_security_event_account_id_account")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_security_event_session_id_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_account", "security_event", ["account_id", "at"], unique=False)
    op.create_table(
        "tracking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("nominee_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("factor_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("issued_by_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9A-HJKMNP-TV-Z]{16}$'", name=op.f("ck_tracking_code_is_long_enough")),
        sa.CheckConstraint("octet_length(factor_hash) = 32", name=op.f("ck_tracking_factor_hash_is_sha256")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_tracking_dossier_id_dossier")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["account.id"], name=op.f("fk_tracking_issued_by_id_account")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominee.id"], name=op.f("fk_tracking_nominee_id_nominee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking")),
        sa.UniqueConstraint("code", name=op.f("uq_tracking_code")),
    )
    op.create_index(
        "uq_tracking_now", "tracking", ["dossier_id", "nominee_id"], unique=True, postgresql_where="ended_at is null"
    )
    op.create_table(
        "tracking_pass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tracking_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_tracking_pass_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(["tracking_id"], ["tracking.id"], name=op.f("fk_tracking_pass_tracking_id_tracking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_pass")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tracking_pass_token_hash")),
    )
    op.create_index(op.f("ix_tracking_pass_expires_at"), "tracking_pass", ["expires_at"], unique=False)
    op.create_index(op.f("ix_tracking_pass_tracking_id"), "tracking_pass", ["tracking_id"], unique=False)
    op.add_column("account", sa.Column("service", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_column("account", "locked_until")
    op.drop_column("account", "failed_attempts")
    op.add_column("posting_comment", sa.Column("author_contact", sa.Text(), nullable=True))
    op.add_column(
        "session",
        sa.Column(
            "kind",
            sa.Enum("PASSWORD", "OIDC", name="signinmethod", native_enum=False, create_constraint=True, length=40),
            server_default="PASSWORD",
            nullable=False,
        ),
    )
    op.add_column("session", sa.Column("device", sa.Text(), nullable=True))
    op.add_column("session", sa.Column("device_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "session",
        sa.Column("last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("session", sa.Column("idle", sa.Interval(), server_default=sa.text("'30 minutes'"), nullable=False))
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.create_index("ix_session_account", "session", ["account_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_session_device", "session", ["device_hash"], unique=False, postgresql_where="device_hash is not null"
    )
    op.create_check_constraint(
        op.f("ck_account_programs_are_nobody"), "account", "((NOT service) OR (nominee_id IS NULL))"
    )
    op.create_check_constraint(
        op.f("ck_posting_comment_contact_is_nfc"),
        "posting_comment",
        "(author_contact = NORMALIZE(author_contact, NFC))",
    )
    op.create_check_constraint(
        op.f("ck_posting_comment_who_has_an_account_writes_online"),
        "posting_comment",
        "((author_id IS NULL) OR ((source)::text = 'ONLINE'::text))",
    )
    op.create_check_constraint(op.f("ck_session_device_hash_is_sha256"), "session", "(octet_length(device_hash) = 32)")
    op.create_check_constraint(op.f("ck_session_device_is_told_in_a_few_words"), "session", "(length(device) <= 80)")
    op.create_check_constraint(op.f("ck_session_may_be_idle_for_a_while"), "session", "(idle > '00:00:00'::interval)")
    run_file("0004_reference.sql")
    run_file("0004_rights.sql")


def downgrade() -> None:
    raise NotImplementedError("the register is not unmade: restore a backup instead")
