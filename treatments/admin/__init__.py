from treatments.admin import (
    concerns,
    directory,
    helpful,
    pictures,
    revisions,
    sections,
    site_pages,
    sources,
    synonyms,
    treatments,
)

__all__ = [
    "concerns",
    "directory",
    "helpful",
    "pictures",
    "revisions",
    "sections",
    "site_pages",
    "sources",
    "synonyms",
    "treatments",
]
