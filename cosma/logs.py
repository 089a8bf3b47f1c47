"""What goes into the log: where something failed, never what somebody typed, and no address that opens something."""

import logging
import re
import traceback

TOKEN = re.compile(r"(/review/)[^/\s]+")


class Discreet(logging.Formatter):
    """Exceptions by their kind and place alone: the words of a database error repeat the row that it refused."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub(r"\1...", super().format(record))

    def formatException(self, ei) -> str:
        kind, _, frames = ei
        places = traceback.format_list(traceback.extract_tb(frames))
        return "".join([*places, f"{kind.__name__ if kind else 'Error'} (its words are left out)"])
