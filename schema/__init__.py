"""What clients see: one schema for the portal, the phone and the office."""

from __future__ import annotations

import enum
import inspect

import strawberry
from graphql import GraphQLEnumType
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition

from resolvers.engine import Execution, check
from schema.access_token import AccessTokenMutation, AccessTokenQuery
from schema.account import AccountQuery
from schema.agency import AgencyQuery
from schema.award import AwardQuery
from schema.award_change import AwardMutation
from schema.bulk import BulkMutation
from schema.consulting_acts import ConsultingMutation
from schema.content import ContentQuery
from schema.council import CouncilMutation, CouncilQuery
from schema.decision import DecisionMutation, DecisionQuery, DecisionSubscription
from schema.delegation import DelegationMutation, DelegationQuery
from schema.document_acts import DocumentMutation
from schema.dossier import DossierQuery, DossierSubscription
from schema.dossier_acts import DossierMutation
from schema.feed import FeedQuery
from schema.movement import MovementQuery
from schema.node import NodeQuery
from schema.nominee import NomineeQuery
from schema.opinion import OpinionQuery
from schema.posting import PostingQuery
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.security_event import SecurityEventQuery
from schema.session import SessionMutation
from schema.statistics import StatisticsQuery
from schema.tracking import TrackingMutation


@strawberry.type
class Query(
    NodeQuery,
    AccountQuery,
    AccessTokenQuery,
    SecurityEventQuery,
    AgencyQuery,
    NomineeQuery,
    AwardQuery,
    MovementQuery,
    DossierQuery,
    OpinionQuery,
    PostingQuery,
    CouncilQuery,
    DecisionQuery,
    DelegationQuery,
    ContentQuery,
    SearchQuery,
    StatisticsQuery,
    FeedQuery,
):
    """Everything that can be read."""


@strawberry.type
class Mutation(
    SessionMutation,
    AccessTokenMutation,
    DossierMutation,
    ConsultingMutation,
    DocumentMutation,
    CouncilMutation,
    DecisionMutation,
    DelegationMutation,
    AwardMutation,
    BulkMutation,
    TrackingMutation,
):
    """Everything that can be done, each act by its legal name."""


@strawberry.type
class Subscription(DossierSubscription, DecisionSubscription):
    """Everything that can be followed: each event at least once, in one order, past a cursor or from now on.

    A change has its place in the feed a moment after it is answered, so a stream opened in between tells it once more:
    pass over what has no higher `version` than you hold. Follow from the `eventHead` that was read with the data, and
    nothing falls between the two.
    """


def _describe(core: object) -> None:
    """Give each type its docstring, and each value of an enum the Vietnamese term it stands for."""
    for kind in core.type_map.values():  # type: ignore[attr-defined]  # graphql-core's schema
        definition = (kind.extensions or {}).get("strawberry-definition")
        if isinstance(definition, StrawberryObjectDefinition) and definition.type_var_map == {}:
            kind.description = kind.description or inspect.getdoc(definition.origin)
        if definition is None or not isinstance(kind, GraphQLEnumType):
            continue
        members: type[enum.Enum] = definition.wrapped_cls
        kind.description = kind.description or inspect.getdoc(members)
        for name, value in kind.values.items():
            said = members[name].value
            value.description = value.description or (said if isinstance(said, str) else None)


schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    execution_context_class=Execution,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
_describe(schema._schema)
check(schema._schema)
