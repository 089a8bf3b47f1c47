from treatments.models.advertising import AdvertisingRule, KeptWords
from treatments.models.comparison import Alternative, ComparisonFact
from treatments.models.composing import compose, freeze
from treatments.models.concerns import Concern, ConcernLine, Indication
from treatments.models.directory import Clinic, Organisation, Practitioner
from treatments.models.evidence import Source
from treatments.models.glossary import Term
from treatments.models.guards import GuardsLifted
from treatments.models.helpful import Helpful
from treatments.models.identities import IdentityChange
from treatments.models.ingredients import Agent, Device, Product
from treatments.models.links import LinkCheck
from treatments.models.openings import Opening
from treatments.models.pages import SitePage, SitePageSection
from treatments.models.pictures import Picture, PlacedPicture, RevisionPicture
from treatments.models.procedure import AftercareItem, HealingStage, Step
from treatments.models.publishing import Publication, Revision
from treatments.models.review_links import Remark, ReviewLink
from treatments.models.safety import Contraindication, SideEffect
from treatments.models.searching import SearchEntry, SearchWord, Synonyms
from treatments.models.signing import Change, SignOff, Withdrawal
from treatments.models.stamps import Stamp
from treatments.models.trash import Trashed
from treatments.models.treatment import Price, Treatment
from treatments.models.upkeep import FollowUp, Reminder
from treatments.models.words import Question, Section, Statement

__all__ = [
    "AdvertisingRule",
    "AftercareItem",
    "Agent",
    "Alternative",
    "Change",
    "Clinic",
    "ComparisonFact",
    "Concern",
    "ConcernLine",
    "Contraindication",
    "Device",
    "FollowUp",
    "GuardsLifted",
    "HealingStage",
    "Helpful",
    "IdentityChange",
    "Indication",
    "KeptWords",
    "LinkCheck",
    "Opening",
    "Organisation",
    "Picture",
    "PlacedPicture",
    "Practitioner",
    "Price",
    "Product",
    "Publication",
    "Question",
    "Remark",
    "Reminder",
    "ReviewLink",
    "Revision",
    "RevisionPicture",
    "SearchEntry",
    "SearchWord",
    "Section",
    "SideEffect",
    "SignOff",
    "SitePage",
    "SitePageSection",
    "Source",
    "Stamp",
    "Statement",
    "Step",
    "Synonyms",
    "Term",
    "Trashed",
    "Treatment",
    "Withdrawal",
    "compose",
    "freeze",
]
