"""What an application may do in the database: read all, write what acts write, and alter nothing that is kept for ever.

Whoever owns the tables migrates and loads the catalogue; the role that serves needs no more than this.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from models.base import Base

READ_ONLY = frozenset(
    {
        *("agency", "agency_succession", "authority", "award_type", "council_rule", "required_document", "rule_set"),
        *("article", "exemplary_model", "guidance_document", "movement", "nominee", "nominee_personal"),
        *("journal_head", "journal_seq"),
    }
)
"""The law, the register of agencies and people, what is published by others, and what only `number()` writes."""
INSERTED = frozenset({"journal", "security_event"})
"""What grows and never changes."""
DELETED = frozenset(
    {
        *("award", "award_reliance", "document_file", "dossier_document", "dossier_line"),
        *("dossier_tally", "reference_change", "rights_change", "secret_count"),
        *("provider_sign_in", "sign_in_attempt", "tracking_pass"),
    }
)
"""Where rows go: parts of a draft, awards of a voided decision, counts closed or summed up, old news of rights and of
reference tables, wrong passwords that count no more, sign-ins that a provider has answered, passes that are over.
"""
LOCK = 7004
"""The advisory lock of whoever gives rights: two at once would trip over one another."""
ROLE = "select quote_ident(rolname) from pg_roles where rolname = :role"


def rights(table: str) -> str:
    """What the application may do with a table, as GRANT words it."""
    if table in READ_ONLY:
        return "select"
    if table in INSERTED:
        return "select, insert"
    return "select, insert, update, delete" if table in DELETED else "select, insert, update"


class NoSuchRole(LookupError):
    """The role that rights were to be given to does not exist."""


async def grant(url: str, role: str) -> None:
    """Give a role these rights and no others on the tables, as their owner; raises NoSuchRole."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            name = await connection.scalar(text(ROLE), {"role": role})
            if name is None:
                raise NoSuchRole(role)
            await _grant(connection, str(name))
    finally:
        await engine.dispose()


async def _grant(connection: AsyncConnection, role: str) -> None:
    schema = await connection.scalar(text("select quote_ident(current_schema())"))
    given = [
        f"select pg_advisory_xact_lock({LOCK})",
        f"revoke all on all tables in schema {schema} from {role}",
        f"grant usage on schema {schema} to {role}",
        f"grant select on alembic_version to {role}",
        f"grant execute on function number() to {role}",
        *(f"grant {rights(table)} on {table} to {role}" for table in sorted(Base.metadata.tables)),
    ]
    for each in given:
        await connection.exec_driver_sql(each)
