"""What is asked of every contender: documents of growing size, and the values that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson


@dataclass(frozen=True)
class Query:
    """A document, and how its variables are chosen from the data."""

    name: str
    promise: str
    document: str
    chosen: str
    """SQL that gives one row, the variables: it must find enough to answer with."""

    async def variables(self, connection: asyncpg.Connection[Any]) -> dict[str, Any]:
        """The variables, the same for every contender."""
        found = await connection.fetchrow(self.chosen)
        if found is None:
            raise LookupError(f"{self.name}: the data hold nothing to ask for")
        return dict(found)

    def body(self, variables: dict[str, Any]) -> bytes:
        """The request's body."""
        return orjson.dumps({"query": self.document, "variables": variables})


QUERIES = (
    Query(
        "Q1",
        "one dossier by its code, with its agency, lines and six events",
        """query Q1($code: String!) {
  dossierByCode(code: $code) {
    id code title status version receivedAt
    agency { code name }
    lines(first: 10) { nodes { position citation outcome awardType { code name } nominee { name kind } } }
    events(first: 6) { nodes { act at version status publicText } }
  }
}""",
        """select code from dossier
           where code is not null and authority_id = (select id from agency where code = 'H37')
           and (select count(*) from journal where subject_kind = 'Dossier' and subject_id = dossier.id) >= 6
           and (select count(*) from dossier_line where dossier_id = dossier.id) = 3 order by code limit 1""",
    ),
    Query(
        "Q2",
        "the 20 newest decisions, each with its agency and up to ten awards with their recipients",
        """query Q2 {
  decisions(first: 20) {
    nodes {
      id number title status signedOn signerName
      agency { code name }
      awards(first: 10) { nodes { id position citation awardType { code name } recipient { name kind } } }
    }
  }
}""",
        "select",
    ),
    Query(
        "Q3",
        "100 dossiers by agency and status, with four relations, the last event and the total",
        """query Q3($agency: String!, $status: DossierStatus!) {
  dossiers(first: 100, filter: {agencyWithin: $agency, status: $status}) {
    totalCount
    nodes {
      id code title status createdAt dueOn
      agency { code name }
      authority { code name }
      handler { code name }
      movement { title }
      lastEvent { act at status }
    }
  }
}""",
        "select 'H37'::text as agency, status from dossier group by status order by count(*) desc limit 1",
    ),
    Query(
        "Q4",
        "counts of dossiers by agency and status",
        """query Q4 {
  dossierStatistics(groupBy: [AGENCY, STATUS]) { agency { code name } status count }
}""",
        "select",
    ),
)
