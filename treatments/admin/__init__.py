from treatments.admin import concerns, directory, revisions, sections, site_pages, sources, treatments

__all__ = ["concerns", "directory", "revisions", "sections", "site_pages", "sources", "treatments"]
