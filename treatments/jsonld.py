"""What search engines read beside a page: one schema.org graph, from the same structs that its template gets.

Every string in it stands on the page, and every reference leads to a node of the same graph. What a record does not
say is left out: no clinic, doctor, review or price is marked up without one.
"""

import datetime
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from treatments import content
from treatments.choices import Language, SourceKind, Specialty
from treatments.review import Review

Node = dict[str, Any]
SCHEMA_ORG = "https://schema.org/"
SHARE_SIZE = (1200, 630)
LOGO_SIZE = (180, 180)
SPECIALTIES = {Specialty.DERMATOLOGY: "Dermatology", Specialty.PLASTIC_SURGERY: "PlasticSurgery"}
SCHOLARLY = {
    SourceKind.GUIDELINE,
    SourceKind.REVIEW,
    SourceKind.TRIAL,
    SourceKind.UNCONTROLLED,
    SourceKind.CASE,
    SourceKind.LAB,
}
HONORIFIC = re.compile(r"((?:Prof|Dr)\.?(?: Dr\.?)?) ")
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What could end the script element, open a comment in it, or break a line for an old parser."""


class Frame(NamedTuple):
    """What every page's graph stands in."""

    site: str
    """Address of the site, without a slash at its end."""
    url: str
    language: str = Language.ENGLISH_INDIA.value
    organisation: str = ""
    """Its name; empty while there is no record of it."""
    logo: str = ""
    picture: str = ""


class Dates(NamedTuple):
    """When a page was first published, and when it last changed in a way that matters to a reader."""

    published: datetime.datetime
    modified: datetime.datetime


def script(nodes: Iterable[Node]) -> SafeString:
    """The data block for <head>: the one place where JSON is marked safe, because here it is made so."""
    text = msgspec.json.encode({"@context": SCHEMA_ORG.rstrip("/"), "@graph": [clean(node) for node in nodes]}).decode()
    for character, escape in UNSAFE.items():
        text = text.replace(character, escape)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


def clean(value: Any) -> Any:
    """Without what is not known."""
    if isinstance(value, dict):
        return {name: clean(inner) for name, inner in value.items() if inner not in (None, "", [], ())}
    if isinstance(value, list | tuple):
        return [clean(inner) for inner in value]
    return value


def member(name: str) -> str:
    """An enumeration's member."""
    return SCHEMA_ORG + name


def reference(node: Node) -> Node:
    return {"@id": node["@id"]}


def picture(url: str, size: tuple[int, int], **fields) -> Node | None:
    width, height = ({"@type": "QuantitativeValue", "value": side, "unitCode": "E37"} for side in size)
    return {"@type": "ImageObject", "url": url, "width": width, "height": height, **fields} if url else None


# What frames every page


def organisation(frame: Frame) -> list[Node]:
    """The clinic, where staff have entered it."""
    if not frame.organisation:
        return []
    logo = picture(frame.logo, LOGO_SIZE)
    return [
        {
            "@type": "MedicalOrganization",
            "@id": f"{frame.site}/#organisation",
            "name": frame.organisation,
            "url": f"{frame.site}/",
            "logo": logo,
            "publishingPrinciples": f"{frame.site}/editorial-policy/",
        }
    ]


def publisher(frame: Frame) -> Node | None:
    return {"@id": f"{frame.site}/#organisation"} if frame.organisation else None


def website(frame: Frame) -> list[Node]:
    if not frame.organisation:
        return []
    return [
        {
            "@type": "WebSite",
            "@id": f"{frame.site}/#website",
            "name": frame.organisation,
            "url": f"{frame.site}/",
            "inLanguage": frame.language,
            "publisher": publisher(frame),
        }
    ]


def web_page(frame: Frame, kind: str, *, name: str, dates: Dates | None = None, **more) -> Node:
    return {
        "@type": kind,
        "@id": f"{frame.url}#webpage",
        "url": frame.url,
        "name": name,
        "inLanguage": frame.language,
        "isPartOf": {"@id": f"{frame.site}/#website"} if frame.organisation else None,
        "author": publisher(frame),
        "publisher": publisher(frame),
        "publishingPrinciples": f"{frame.site}/editorial-policy/",
        "image": picture(frame.picture, SHARE_SIZE),
        "datePublished": day(dates.published) if dates else None,
        "dateModified": day(dates.modified) if dates else None,
        **more,
    }


def day(moment: datetime.datetime) -> str:
    """As the page prints it, in the site's own time zone."""
    return timezone.localdate(moment).isoformat()


def breadcrumbs(frame: Frame, *crumbs: tuple[str, str]) -> Node:
    """Names and paths, the page itself last."""
    places = [
        {"@type": "ListItem", "position": place, "name": name, "item": frame.site + path}
        for place, (name, path) in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "@id": f"{frame.url}#breadcrumb", "itemListElement": places}


def of_pages(frame: Frame, items: Iterable[tuple[str, str]]) -> list[Node]:
    """Entries of a list by name and path of the pages that they lead to."""
    return [{"name": name, "url": frame.site + path} for name, path in items]


def item_list(frame: Frame, entries: Iterable[Node], *, first: int = 1) -> Node:
    places = [{"@type": "ListItem", "position": place, **entry} for place, entry in enumerate(entries, start=first)]
    return {
        "@type": "ItemList",
        "@id": f"{frame.url}#list",
        "numberOfItems": len(places),
        "itemListElement": places,
    }


# What a doctor's signature and the sources add


def reviewed(frame: Frame, review: Review | None) -> Node:
    """The date and the doctor, only while the signature stands."""
    if review is None or review.overdue:
        return {}
    reviewer = doctor(
        frame,
        key=review.practitioner,
        path=review.path,
        name=review.name,
        degree=review.degree,
        council=review.council,
        registration=("registration", review.registration_number),
    )
    return {"lastReviewed": review.reviewed_on.isoformat(), "reviewedBy": reviewer}


def doctor(
    frame: Frame,
    *,
    key: int | None,
    path: str,
    name: str,
    degree: str,
    council: str,
    registration: tuple[str, str],
) -> Node:
    """The same person wherever one is named who stands on the list of doctors: `path` leads there."""
    title, (label, number) = HONORIFIC.match(name), registration
    recognised = {"@type": "Organization", "name": council} if council else None
    credential = {"@type": "EducationalOccupationalCredential", "name": degree, "recognizedBy": recognised}
    return {
        "@type": "Person",
        "@id": f"{frame.site}/practitioners/#doctor-{key}" if path else None,
        "name": name,
        "honorificPrefix": title[1] if title else None,
        "url": frame.site + path if path else None,
        "hasCredential": credential if degree else None,
        "identifier": {"@type": "PropertyValue", "name": label, "value": number},
    }


def cited(source: content.Source) -> Node:
    """By name alone: a page may cite 50. Addresses and years stand in its list, and on the page of its sources."""
    kind = "MedicalScholarlyArticle" if source.kind in SCHOLARLY else "CreativeWork"
    return {"@type": kind, "name": source.title}


def citation(source: content.Source) -> Node:
    return {
        **cited(source),
        "url": source.url if source.showable else None,
        "datePublished": str(source.year) if source.year else None,
    }


def medical_page(frame: Frame, page, *, name: str, dates: Dates | None, review: Review | None, **more) -> Node:
    """What treatment and concern pages have in common."""
    return web_page(
        frame,
        "MedicalWebPage",
        name=name,
        dates=dates,
        description=page.summary,
        audience={"@type": "Patient"},
        citation=[cited(source) for source in page.sources],
        breadcrumb={"@id": f"{frame.url}#breadcrumb"},
        **reviewed(frame, review),
        **more,
    )


# Whole pages; a treatment's is in `therapy`


def concern(frame: Frame, page: content.ConcernPage, *, dates: Dates | None, review: Review | None) -> SafeString:
    treatments = [(page.names.get(line.treatment, line.treatment), line.treatment) for line in page.lines]
    listed = item_list(frame, of_pages(frame, [(name, f"/treatments/{slug}/") for name, slug in treatments]))
    crumbs = breadcrumbs(frame, ("Home", "/"), ("Concerns", "/concerns/"), (page.name, f"/concerns/{page.slug}/"))
    about = medical_page(frame, page, name=page.name, dates=dates, review=review, mainEntity=reference(listed))
    return script([about, listed, crumbs, *website(frame), *organisation(frame)])


def site_page(frame: Frame, page: content.SitePagePage, *, dates: Dates | None) -> SafeString:
    kind = "AboutPage" if page.slug == "about" else "WebPage"
    own = web_page(frame, kind, name=page.title, dates=dates, description=page.summary)
    if kind == "AboutPage":
        own["about"] = publisher(frame)
    return script([own, *website(frame), *organisation(frame)])


def collection(frame: Frame, name: str, items: Iterable[tuple[str, str]], *, first: int = 1) -> SafeString:
    """A list of pages by name and path; `first` is the place of its first one over all pages of the list."""
    listed = item_list(frame, of_pages(frame, items), first=first)
    own = web_page(frame, "CollectionPage", name=name, mainEntity=reference(listed))
    return script([own, listed, *website(frame), *organisation(frame)])


def comparison(
    frame: Frame,
    name: str,
    items: Iterable[tuple[str, str]],
    sources: Iterable[content.Source],
    *crumbs: tuple[str, str],
) -> SafeString:
    """Treatments side by side, with the sources that its cells cite."""
    listed, trail = item_list(frame, of_pages(frame, items)), breadcrumbs(frame, *crumbs)
    own = web_page(
        frame,
        "CollectionPage",
        name=name,
        audience={"@type": "Patient"},
        citation=[citation(source) for source in sources],
        mainEntity=reference(listed),
        breadcrumb=reference(trail),
    )
    return script([own, listed, trail, *website(frame), *organisation(frame)])


def plain_page(frame: Frame, name: str, *crumbs: tuple[str, str], **more) -> SafeString:
    trail = [breadcrumbs(frame, *crumbs)] if crumbs else []
    own = web_page(frame, "WebPage", name=name, breadcrumb=reference(trail[0]) if trail else None, **more)
    return script([own, *trail, *website(frame), *organisation(frame)])
