"""The closed lists that staff choose from, with the words patients read.

Printed medical wording lives here and in templates: changing a label changes signed words, so raise
`content.SCHEMA` with it.
"""

from django.db.models import TextChoices


class ProcedureType(TextChoices):
    NONINVASIVE = "noninvasive", "No needles and no cuts"
    PERCUTANEOUS = "percutaneous", "Needles go into the skin"
    SURGICAL = "surgical", "An operation"


class Specialty(TextChoices):
    DERMATOLOGY = "dermatology", "Dermatology"
    PLASTIC_SURGERY = "plastic-surgery", "Plastic surgery"


class Permanence(TextChoices):
    TEMPORARY = "temporary", "Temporary"
    SEMI_PERMANENT = "semi-permanent", "Semi-permanent: they fade"
    PERMANENT = "permanent", "Permanent"


class ReturnToWork(TextChoices):
    SAME_DAY = "same-day", "The same day"
    NEXT_DAY = "next-day", "The next day"
    DAYS = "days", "After some days"


class Evidence(TextChoices):
    """How sure a claim is. Said in words, never by colour alone."""

    GOOD = "good", "Good"
    SOME = "some", "Some"
    MIXED = "limited-and-mixed", "Limited and mixed"
    NONE = "none-found", "None found"
    CLINIC = "clinic-statement", "Clinic's statement"


class SaidBy(TextChoices):
    CLINIC = "clinic", "The clinic"
    STUDY = "study", "A study"
    REGULATOR = "regulator", "A regulator"
    EDITOR = "editor", "The editor"


class Strength(TextChoices):
    IS = "is", "Is"
    MAY = "may", "May"
    SAID = "is-said-to", "Is said to"


class Verdict(TextChoices):
    """What the editor found when checking a claim against sources; staff see it, patients read the label."""

    SUPPORTED = "supported", "Supported"
    QUALIFIED = "qualified", "Qualified"
    CLINIC = "clinic", "The clinic's own statement"
    UNSOURCED = "unsourced", "No source found"
    DISPUTED = "disputed", "Sources disagree"
    CONTRADICTED = "contradicted", "Contradicted"


class Severity(TextChoices):
    DO_NOT_HAVE = "do-not-have", "Do not have it if"
    ASK_FIRST = "ask-first", "Ask a doctor first if"
    WAIT = "wait", "Wait if"


class Origin(TextChoices):
    CLINIC = "clinic", "The clinic"
    EDITOR = "editor", "Added by the editor, awaiting the clinic's doctor"


class Band(TextChoices):
    """Frequency bands of side effects; an edge belongs to the more frequent band."""

    VERY_COMMON = "very-common", "Very common: 1 in 10 people or more"
    COMMON = "common", "Common: 1 in 100 people or more"
    UNCOMMON = "uncommon", "Uncommon: 1 in 1,000 people or more"
    RARE = "rare", "Rare: 1 in 10,000 people or more"
    VERY_RARE = "very-rare", "Very rare: fewer than 1 in 10,000 people"


class CareLevel(TextChoices):
    SELF_CARE = "self-care", "Look after it at home"
    CLINIC = "clinic", "Call the clinic"
    URGENT = "urgent", "See a doctor urgently"
    EMERGENCY = "emergency", "Call 112 or 108 now"


class Phase(TextChoices):
    BEFORE = "before", "Before"
    DURING = "during", "During"
    AFTER = "after", "After"


class AftercareKind(TextChoices):
    DO = "do", "Do"
    DO_NOT = "do-not", "Do not"


class AgentClass(TextChoices):
    VITAMIN = "vitamin", "Vitamin"
    ACID = "acid", "Acid"
    AMINO_ACID = "amino-acid", "Amino acid"
    ANTIOXIDANT = "antioxidant", "Antioxidant"
    PEPTIDE = "peptide", "Peptide"
    GROWTH_FACTOR = "growth-factor", "Growth factor"
    CARRIER = "carrier", "Carrier"
    OTHER = "other", "Other"


class Approval(TextChoices):
    YES = "yes", "Approved"
    NO = "no", "Not approved"
    OTHER_USE = "not-for-this-use", "Approved, but not for this use"
    UNKNOWN = "unknown", "We found no reliable source"


class PriceUnit(TextChoices):
    SESSION = "session", "session"
    COURSE = "course", "course"


class TaxIncluded(TextChoices):
    YES = "yes", "Tax is included."
    NO = "no", "Tax comes on top."
    ASK = "ask", "Ask if tax is included."


class InsuranceCover(TextChoices):
    NO = "no", "Not covered by standard health insurance"
    SOMETIMES = "sometimes", "Sometimes covered"
    YES = "yes", "Covered"


class Attribute(TextChoices):
    """The rows of a comparison, in order."""

    NEEDLES = "needles", "Needles"
    GOES_IN = "goes-in", "What goes in"
    SESSIONS = "sessions", "Sessions"
    INTERVAL = "interval", "Time between sessions"
    DOWNTIME = "downtime", "Downtime"
    USED_FOR = "used-for", "Used for"
    SKIN_TONES = "skin-tones", "Brown and black skin"
    EVIDENCE = "evidence", "Evidence"
    NOT_FOR = "not-for", "Not for (examples)"
    APPROVAL = "approval", "Approval"
    PRICE = "price", "Price"


class SourceKind(TextChoices):
    GUIDELINE = "guideline", "Guideline or position paper"
    REVIEW = "review", "Review of studies"
    TRIAL = "trial", "Controlled trial"
    UNCONTROLLED = "uncontrolled", "Study without a comparison group"
    CASE = "case", "Case reports"
    LAB = "lab", "Laboratory study"
    REGULATOR = "regulator", "Regulator"
    PRESS = "press", "Press or explainer"
    CLINIC = "clinic", "Clinic's page"


class Supports(TextChoices):
    FOR = "for", "For"
    AGAINST = "against", "Against"
    MIXED = "mixed", "Mixed"


class Language(TextChoices):
    ENGLISH_INDIA = "en-IN", "English (India)"
