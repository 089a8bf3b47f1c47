from enquiries.admin import inbox, log

__all__ = ["inbox", "log"]
