"""What is kept on record of who tried what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_security_event_securityeventkind"), "security_event")
    op.alter_column("access_token", "created_by_id", existing_type=sa.UUID(), nullable=True)
    op.add_column(
        "security_event", sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.add_column("security_event", sa.Column("access_token_id", sa.Uuid(), nullable=True))
    op.add_column("security_event", sa.Column("act", sa.Text(), nullable=True))
    op.add_column("security_event", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("security_event", sa.Column("code", sa.Text(), nullable=True))
    op.add_column("security_event", sa.Column("place_hash", sa.LargeBinary(), nullable=True))
    op.add_column("security_event", sa.Column("count", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.drop_index(op.f("ix_security_event_account"), table_name="security_event")
    op.create_index("ix_security_event_account", "security_event", ["account_id", "at", "id"], unique=False)
    op.create_index("ix_security_event_kind", "security_event", ["kind", "at", "id"], unique=False)
    op.create_index("ix_security_event_newest", "security_event", ["at", "id"], unique=False)
    op.create_unique_constraint(op.f("uq_security_event_key"), "security_event", ["key"])
    op.create_foreign_key(
        op.f("fk_security_event_access_token_id_access_token"),
        "security_event",
        "access_token",
        ["access_token_id"],
        ["id"],
    )
    op.create_check_constraint(
        op.f("ck_security_event_is_short"),
        "security_event",
        "((length(act) <= 100) AND (length(subject) <= 100) AND (length(code) <= 40))",
    )
    op.create_check_constraint(
        op.f("ck_security_event_place_hash_is_sha256"), "security_event", "(octet_length(place_hash) = 32)"
    )
    op.create_check_constraint(
        op.f("ck_security_event_securityeventkind"),
        "security_event",
        (
            "(kind IN ('SIGNED_IN', 'SIGN_IN_FAILED', 'LOCKED', 'TRIED_WHILE_LOCKED', 'PROVIDER_REFUSED', "
            "'TRACKING_FAILED', 'SIGNED_OUT', 'SESSIONS_REVOKED', 'PASSWORD_CHANGED', 'TOKEN_REFUSED', "
            "'ACT_REFUSED', 'STREAM_REFUSED', 'INFECTED_FILE', 'ACCOUNT_MADE', 'ACCOUNT_CLOSED', "
            "'ACCOUNT_OPENED', 'PASSWORD_RESET', 'ROLE_GIVEN', 'ROLE_ENDED'))"
        ),
    )
    op.create_check_constraint(op.f("ck_security_event_stands_for_some"), "security_event", "(count >= 1)")


def downgrade() -> None:
    raise NotImplementedError("the register is not unmade: restore a backup instead")
