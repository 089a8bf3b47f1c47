from treatments.admin import (
    advising,
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
    "advising",
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
