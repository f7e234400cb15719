"""What is true: the tables, the law of a dossier, the journal, who may see what. Knows nothing of GraphQL or HTTP."""

from models.access_token import AccessToken
from models.account import Account, RoleHeld, StoredReply
from models.agency import Agency, AgencySuccession
from models.award import Award
from models.award_change import AwardChange
from models.award_type import Authority, AwardType
from models.base import Base
from models.content import Article, ExemplaryModel, GuidanceDocument
from models.council import Council, CouncilMember, CouncilSession
from models.council_agenda import AgendaItem, CouncilAttendance, Recusal
from models.council_ballot import Ballot, SecretCount
from models.council_rule import CouncilRule
from models.decision import Decision, DecisionNumberCount
from models.delegation import Delegation
from models.document import DocumentFile
from models.dossier import Dossier, DossierCodeCount, DossierDocument
from models.dossier_line import DossierLine
from models.dossier_tally import DossierTally
from models.identity import Identity, ProviderSession, ProviderSignIn
from models.journal import Entry, Head, Numbered
from models.movement import Movement
from models.nominee import Nominee, NomineePersonal
from models.opinion import OpinionRequest
from models.posting import PostingCase, PublicPosting
from models.posting_comment import PostingComment
from models.prize import AwardPrize
from models.reference_change import ReferenceChange
from models.reliance import AwardReliance
from models.rights_change import RightsChange
from models.rule_set import RequiredDocument, RuleSet
from models.security_event import SecurityEvent
from models.session import Session, SignInAttempt
from models.tracking import Tracking, TrackingPass

__all__ = [
    "AccessToken",
    "Account",
    "Agency",
    "AgencySuccession",
    "AgendaItem",
    "Article",
    "Authority",
    "Award",
    "AwardChange",
    "AwardPrize",
    "AwardReliance",
    "AwardType",
    "Ballot",
    "Base",
    "Council",
    "CouncilAttendance",
    "CouncilMember",
    "CouncilRule",
    "CouncilSession",
    "Decision",
    "DecisionNumberCount",
    "Delegation",
    "DocumentFile",
    "Dossier",
    "DossierCodeCount",
    "DossierDocument",
    "DossierLine",
    "DossierTally",
    "Entry",
    "ExemplaryModel",
    "GuidanceDocument",
    "Head",
    "Identity",
    "Movement",
    "Nominee",
    "NomineePersonal",
    "Numbered",
    "OpinionRequest",
    "PostingCase",
    "PostingComment",
    "ProviderSession",
    "ProviderSignIn",
    "PublicPosting",
    "Recusal",
    "ReferenceChange",
    "RequiredDocument",
    "RightsChange",
    "RoleHeld",
    "RuleSet",
    "SecretCount",
    "SecurityEvent",
    "Session",
    "SignInAttempt",
    "StoredReply",
    "Tracking",
    "TrackingPass",
]
