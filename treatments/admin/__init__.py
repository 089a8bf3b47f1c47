from treatments.admin import (
    concerns,
    crawlers,
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
    "crawlers",
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
