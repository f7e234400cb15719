"""What is true: the tables, the law of a dossier, the journal, who may see what. Knows nothing of GraphQL or HTTP."""

from models.account import Account, RoleHeld, Session, StoredReply
from models.agency import Agency, AgencySuccession
from models.award import Award
from models.award_type import Authority, AwardType
from models.base import Base
from models.content import Article, ExemplaryModel, GuidanceDocument
from models.council import Council, CouncilMember, CouncilSession
from models.decision import Decision, DecisionNumberCount
from models.dossier import Dossier, DossierCodeCount, DossierDocument
from models.dossier_line import DossierLine
from models.journal import Entry, Head, Numbered
from models.movement import Movement
from models.nominee import Nominee, NomineePersonal
from models.rule_set import RequiredDocument, RuleSet

__all__ = [
    "Account",
    "Agency",
    "AgencySuccession",
    "Article",
    "Authority",
    "Award",
    "AwardType",
    "Base",
    "Council",
    "CouncilMember",
    "CouncilSession",
    "Decision",
    "DecisionNumberCount",
    "Dossier",
    "DossierCodeCount",
    "DossierDocument",
    "DossierLine",
    "Entry",
    "ExemplaryModel",
    "GuidanceDocument",
    "Head",
    "Movement",
    "Nominee",
    "NomineePersonal",
    "Numbered",
    "RequiredDocument",
    "RoleHeld",
    "RuleSet",
    "Session",
    "StoredReply",
]
