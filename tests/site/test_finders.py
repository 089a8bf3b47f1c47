"""What the browser gets of the style sheets and the script: all that they do, without what is for people."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import find

from cosma.finders import SOURCES


def test_the_script_loses_comments_and_nothing_else():
    source = (settings.BASE_DIR / "static" / "js" / "site.js").read_text().splitlines()
    code = [line.strip() for line in source if line.strip() and not line.strip().startswith("//")]

    assert Path(find("js/site.js")).read_text().splitlines() == code
    assert [line for line in source if line.count("`") % 2] == [], "a text over several lines would be changed"


def test_one_style_sheet_holds_every_layer():
    sheet = Path(find("css/site.css")).read_text()

    assert "/*" not in sheet and find(SOURCES[0]) is not None
    for source in SOURCES:
        for line in (settings.BASE_DIR / "static" / source).read_text().splitlines():
            assert not line.endswith("{") or line.strip() in sheet
