"""How a page will look in a list of search results and beside a link in a chat, while its words are typed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone

from treatments import content, crawled, heads, link_pictures
from treatments.models import Organisation, Revision, Treatment, drafts


class Listed:
    """For the admins of pages: the field `as_listed`, which `admin-site/listing.js` keeps up to date."""

    @admin.display(description="As others show it")
    def as_listed(self, obj):
        return render_to_string("admin/_listing.html", listing(obj)) if obj and obj.pk else "Save the page to see it."


def listing(subject) -> dict:
    draft = drafts.read(subject)
    return {
        "title": crawled.title_of(draft),
        "description": crawled.description_of(draft),
        # What stands there while nobody has written one.
        "own_title": crawled.title_of(without(draft, "search_title")),
        "own_description": crawled.description_of(without(draft, "search_description")),
        "title_length": heads.TITLE,
        "description_length": heads.DESCRIPTION,
        "host": urlsplit(settings.SITE_URL).netloc,
        "path": subject.get_absolute_url(),
        "picture": picture_of(subject),
    }


def without(draft, field: str):
    return content.replaced(draft, **{field: ""})


def picture_of(subject) -> str:
    """The one that was drawn for what patients read now."""
    live = Revision.objects.of(subject).live(at=timezone.now()).first() if isinstance(subject, Treatment) else None
    page = live.readable_page if live else None
    if live is None or page is None:
        return static("img/share.png")
    organisation = Organisation.objects.values_list("name", flat=True).first() or "The clinic"
    return link_pictures.path(live.slug, link_pictures.of(page, organisation))
