from treatments.admin import concerns, directory, pictures, revisions, sections, site_pages, sources, treatments

__all__ = ["concerns", "directory", "pictures", "revisions", "sections", "site_pages", "sources", "treatments"]
