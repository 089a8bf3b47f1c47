"""Pictures on this machine's disk."""

from pathlib import Path

from django.core.files.storage import FileSystemStorage

from cosma.pagefiles import write_whole


class WholeFiles(FileSystemStorage):
    """A file is there whole or not at all, a crash and a full disk included.

    Names are made from what a file holds: a name that is taken holds the same already.
    """

    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
        write_whole(Path(self.path(name)), content.read())
        return name
