"""What staff call the fields and lists of a page, as their forms do; a test holds the two together. Pure."""

LISTS = {
    "agents": "Ingredients",
    "indications": "What it is used for",
    "contraindications": "Who should not have it",
    "aftercare": "Do and do not",
    "healing": "Hour by hour",
    "alternatives": "Treatments beside this one",
    "pictures": "Pictures",
    "lines": "Treatments used for it",
    "terms": "Words explained",
    "beside": "Columns beside it",
    "images": "Photographs",
}
COLUMNS = {
    "slug": "Address",
    "search_title": "Title for search engines",
    "search_description": "Description for search engines",
    "body_location": "Where on the body",
    "evidence": "Evidence label",
    "sessions_min": "Sessions, fewest",
    "sessions_max": "Sessions, most",
    "interval_weeks_min": "Weeks between sessions, fewest",
    "interval_weeks_max": "Weeks between sessions, most",
    "first_result_min": "First result after sessions, fewest",
    "first_result_max": "First result after sessions, most",
    "maintenance_months_min": "Maintenance every months, fewest",
    "maintenance_months_max": "Maintenance every months, most",
    "permanence": "How lasting",
    "depth_mm_min": "Depth in mm, least",
    "depth_mm_max": "Depth in mm, most",
    "downtime_hours_min": "Downtime in hours, least",
    "downtime_hours_max": "Downtime in hours, most",
    "return_to_work": "Back to work",
    "insurance_covered": "Insurance",
    "min": "Lowest price",
    "max": "Highest price",
    "factors": "What changes it",
    "includes": "What is included",
    "excludes": "What is not included",
    "checked_on": "Last checked",
    "rules_checked_on": "Rules and approvals, last checked",
    "terms_explained": "Words that the text explains itself",
    "anchor": "Part of the page",
    "said_by": "Who says so",
    "facts": "Clinic's facts",
    "condition": "A medical condition",
    "name_plain": "Plain name",
    "name_medical": "Medical name",
    "origin": "Who added it",
    "band": "How often",
    "stated_as": "The clinic's own word",
    "rate_x": "Rate: people",
    "rate_n": "Rate: out of",
    "duration_hours_min": "Lasts hours, least",
    "duration_hours_max": "Lasts hours, most",
    "onset_hours_min": "Starts after hours, earliest",
    "onset_hours_max": "Starts after hours, latest",
    "care_level": "Care",
    "from_hours": "From hour",
    "until_hours": "Until hour",
    "agent_class": "Class",
    "role_claimed": "What it is said to do",
    "approval_india": "Approval in India",
    "approval_other": "Approval elsewhere",
    "licensed_use": "Licensed for",
    "ce_mark": "CE mark",
    "india_registration": "Indian registration",
    "other": "Other treatment",
    "attribute": "Row",
    "unknown": "Not known",
    "alt": "Description",
    "not_for_you": "When it is not for you",
    "url": "Address",
    "conflict": "Conflict of interest",
    "term": "Word",
    "also": "Other forms",
    "contact_phone": "Telephone",
    "desk_email": "Enquiry desk's address",
    "retention_days": "Days enquiries are kept",
}
LABELS = LISTS | COLUMNS
OF_ONE_KIND = {
    ("Treatment", "evidence"): "Evidence over all",
    ("TreatmentPage", "evidence"): "Evidence over all",
    ("SitePage", "slug"): "Page",
    ("SitePagePage", "slug"): "Page",
    ("PlacedPicture", "anchor"): "Where it stands",
    ("SitePageSection", "anchor"): "Anchor",
}
"""Fields that one form calls otherwise than the others do."""
KEYS = ("anchor", "other", "treatment", "concern")
"""Fields whose values are the names of places and pages in addresses."""


def label(name: str, kind: str = "") -> str:
    """`kind` is the name of the struct that holds the field."""
    return OF_ONE_KIND.get((kind, name)) or LABELS.get(name) or spoken(name.replace("_", " "))


def spoken(key: str) -> str:
    """`what-it-is` as a person writes it."""
    return key.replace("-", " ").capitalize()
