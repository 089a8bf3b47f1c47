"""Beside the page of a treatment: its Markdown, its picture for links, what its sources found, what changed on it."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from cosma.pagestore import public_page
from treatments import content, images, jsonld, layout, link_pictures, plain, sheet, views
from treatments.models import Publication, shown

SHOWN = 200
"""Changes that the change log lists."""


@public_page
def markdown(request, slug):
    revision = views.live_revision("treatment", slug)
    page, today = revision.page, timezone.localdate()
    views.stands_until(request, revision, page)
    signed = views.reviewed(revision)
    written = plain.Written(page, organisation=shown.house().organisation or "The clinic", today=today)
    text = "\n\n".join(block.strip("\n") for block in written.blocks(signed, views.dates(revision)) if block.strip())
    response = HttpResponse(text + "\n", content_type="text/markdown; charset=utf-8")
    # The page is what search engines list; this is only another reading of it.
    response["Link"] = f'<{settings.SITE_URL}/treatments/{page.slug}/>; rel="canonical"'
    if settings.STAGING or not views.may_be_indexed(signed):
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def link_picture(request, name):
    """Draws only what a live page shows now, so that nobody can fill the disk; what was drawn before stays."""
    slug, _, key = name.rpartition("-")
    if not link_pictures.kept(f"{name}.png").exists():
        page = views.live_revision("treatment", slug).page
        picture = link_pictures.of(page, shown.house().organisation or "The clinic")
        if picture.key != key:
            return redirect(link_pictures.path(slug, picture), permanent=True)
        link_pictures.ready(f"{name}.png", picture)
    response = FileResponse(link_pictures.kept(f"{name}.png").open("rb"), content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    # Other sites show it beside a link to us.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
def picture(request, name):
    """A file that staff uploaded, wherever it is kept. In front of us nginx serves those that lie on its disk."""
    try:
        file = default_storage.open(f"pictures/{name}")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=images.TYPES[name.rpartition(".")[2]])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def beside(page: content.TreatmentPage, part: str, heading: str, *, title: str, description: str, **more) -> dict:
    """Of use to somebody who has read the page; on its own it is too thin for a search result."""
    path = f"/treatments/{page.slug}/"
    context = views.head(f"{path}{part}/", title=title, description=description, indexable=False)
    crumbs = (("Home", "/"), ("Treatments", "/treatments/"), (page.name, path), (heading, f"{path}{part}/"))
    graph = jsonld.plain_page(context["frame"], heading, *crumbs, **more)
    return {**context, "page": page, "heading": heading, "jsonld": graph}


@public_page
def questions(request, slug):
    revision = views.live_revision("treatment", slug)
    page = revision.page
    views.stands_until(request, revision, page)
    context = beside(
        page,
        "questions",
        "Questions for your doctor",
        title=f"{page.name}: what to tell and ask your doctor",
        description=f"One sheet to print or to tick before {page.name}: what to tell the doctor, what to ask, and who "
        "has to ask first.",
    )
    context["reasons"], context["nothing_applies"] = sheet.reasons(page), sheet.NOTHING_APPLIES
    context["topics"] = sheet.topics(page, today=timezone.localdate())
    return render(request, "treatments/questions.html", context)


@public_page
def sources(request, slug):
    revision = views.live_revision("treatment", slug)
    page = revision.page
    views.stands_until(request, revision, page)
    context = beside(
        page,
        "sources",
        "What the sources found",
        title=f"{page.name}: our sources, and what each one found",
        description=f"Every source that our page on {page.name} cites, what it found in plain words, and where the "
        "page relies on it.",
        citation=[jsonld.citation(source) for source in page.sources],
    )
    citing = layout.citing(page)
    context["sources"] = [(source, citing.get(source.key, [])) for source in page.sources]
    return render(request, "treatments/sources.html", context)


@public_page(everything=True)
def manifest(request):
    """For a phone's start screen: name, colours, pictures. No worker: pages are always read from the site."""
    name = shown.house().organisation or "Skin treatments"
    sizes = {"img/icon.png": "512x512", "img/touch.png": "180x180"}
    icons = [{"src": static(path), "sizes": size, "type": "image/png"} for path, size in sizes.items()]
    said = {
        "name": name,
        "short_name": name,
        "lang": "en-IN",
        "start_url": "/",
        "display": "browser",
        "background_color": "#f7f9fe",
        "theme_color": "#f7f9fe",
        "icons": icons,
    }
    return JsonResponse(said, content_type="application/manifest+json")


@public_page
def change_log(request, slug):
    revision = views.live_revision("treatment", slug)
    page = revision.page
    changes = Publication.objects.changes("treatment", at=timezone.now()).filter(
        revision__treatment=revision.treatment_id
    )
    context = beside(
        page,
        "changes",
        "What changed",
        title=f"{page.name}: what changed on this page, and when",
        description=f"Important changes to our page on {page.name}, the newest first, each in one plain line with "
        "the day it was made.",
    )
    return render(request, "treatments/changes.html", {**context, "changes": changes[:SHOWN]})
