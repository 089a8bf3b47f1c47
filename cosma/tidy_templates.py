"""Templates as they lie on disk, without what only makes them readable.

A line that holds nothing but `{% if %}`s and the like would leave an empty line on the page, and a page has hundreds:
they cost bytes on slow networks and time to write out. They are taken away once, when a template is loaded, and so is
the line break at the end of a file.
"""

import re

from django.template.loaders import app_directories, filesystem

LOGIC = "load|extends|block|endblock|if|elif|else|endif|for|empty|endfor|with|endwith|comment|endcomment"
LINE_OF_LOGIC = re.compile(rf"^[ \t]*((?:\{{% (?:{LOGIC})\b[^%\n]*%\}}[ \t]*)+)\n", re.MULTILINE)


def tidy(template: str, name: str) -> str:
    return LINE_OF_LOGIC.sub(r"\1", template).removesuffix("\n") if name.endswith(".html") else template


class Files(filesystem.Loader):
    def get_contents(self, origin):
        return tidy(super().get_contents(origin), origin.name)


class Apps(app_directories.Loader):
    def get_contents(self, origin):
        return tidy(super().get_contents(origin), origin.name)
