from enquiries.admin import inbox, log, waiting

__all__ = ["inbox", "log", "waiting"]
