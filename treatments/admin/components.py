"""Every component of the public site in all its states, from the templates that patients get. For staff."""

import datetime

import msgspec
from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from treatments import chapters, compare_views, content, jsonld, parts, pictures, sheet, specimen, views
from treatments.choices import Evidence
from treatments.review import Review
from treatments.side_by_side import Side

LOCAL = "Components: every part in all its states, with made-up words. Patients do not see this page."


class Card:
    """What a list shows of a live revision."""

    def __init__(self, evidence: Evidence | None):
        words = evidence.label if evidence else "no label"
        self.summary_card = content.Card(
            slug="example", name="Example", summary=f"A card with {words}.", evidence=evidence
        )


class Picture(pictures.Shown):
    """Stands where an upload would: a file that is there on every site."""

    sources: list = []

    @property
    def url(self) -> str:
        return static("img/share.png")

    @property
    def srcset(self) -> str:
        return f"{self.url} {self.image.width}w"


class Fields(forms.Form):
    """One of each kind of field; with wrong answers, each shows its error."""

    text = forms.CharField(label="A line of text", help_text="A hint before it.", max_length=5)
    words = forms.CharField(label="Longer words", widget=forms.Textarea({"rows": 3}), required=False)
    choice = forms.ChoiceField(label="A choice", choices=[("a", "One"), ("b", "Two")], widget=forms.RadioSelect)
    several = forms.ChoiceField(label="A list", choices=[("", "Choose one"), ("a", "One")])
    tick = forms.BooleanField(label="A box to tick")


def reviews() -> list[Review | None]:
    today = timezone.localdate()
    signed = Review("Dr Example", "MD", "Example Council", "00000", today, today + datetime.timedelta(days=365), False)
    return [None, signed, signed._replace(overdue=True)]


def prices() -> list[dict]:
    """Checked lately, never dated, and too old."""
    today, page = timezone.localdate(), specimen.page()
    found = [specimen.price(on) for on in (today, None, datetime.date(2020, 1, 1))]
    return [
        chapters.context(msgspec.structs.replace(page, price=price), organisation="The clinic", today=today)
        for price in found
    ]


def picture() -> Picture:
    placed = parts.PlacedPicture(anchor="overview", picture="example", alt="The site's mark", caption="A caption.")
    return Picture(
        placed, parts.Image(key="example", source="", widths=(1200,), width=1200, height=630, credit="its maker")
    )


def side_by_side() -> dict:
    page = specimen.page()
    sides = [Side(page, reviews()[1]), Side(specimen.other())]
    return compare_views.table(sides, {source.key: source for source in page.sources}, clinic="The clinic")


def questions() -> dict:
    page = specimen.page()
    topics = sheet.topics(page, today=timezone.localdate())
    return {"reasons": sheet.reasons(page), "nothing_applies": sheet.NOTHING_APPLIES, "topics": topics}


def components(request):
    today = timezone.localdate()
    body = chapters.context(specimen.page(), organisation="The clinic", today=today)
    context = {
        **views.head("", title="Components", description="", indexable=False),
        **body,
        "canonical_url": "",
        "preview": LOCAL,
        "reviews": reviews(),
        "prices": prices(),
        "cards": [Card(label) for label in (*Evidence, None)],
        "pager": Paginator(range(5), 2).page(2),
        "picture": picture(),
        "table": side_by_side(),
        "questions": questions(),
        "known_dates": jsonld.Dates(timezone.now(), timezone.now()),
        "empty_form": Fields(prefix="empty"),
        "wrong_form": Fields({"wrong-text": "Much too long"}, prefix="wrong"),
    }
    response = render(request, "admin/components.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response
