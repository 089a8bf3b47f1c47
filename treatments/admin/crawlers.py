"""What search engines see: every published page as they find it, and what may be mended of it."""

from collections.abc import Iterator

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.urls import reverse

from treatments import directory, heads, site_report
from treatments.admin.forms import OnlyRead, PlainChoices
from treatments.admin.places import change_url
from treatments.models import Clinic, LinkCheck, Practitioner

PAGE_SIZE = 20


@admin.register(LinkCheck)
class LinkCheckAdmin(OnlyRead, PlainChoices, admin.ModelAdmin):
    """One report in place of a list: the links to other sites are a part of it."""

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        around, known = site_report.site(), site_report.paths()
        page = Paginator(site_report.live(), PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": "What search engines see",
            "page": page,
            "reports": [
                *(lists() if page.number == 1 else ()),
                *(report_of(revision, around, known) for revision in page),
            ],
            "title_length": f"{heads.TITLE.start} to {heads.TITLE.stop - 1}",
            "description_length": f"{heads.DESCRIPTION.start} to {heads.DESCRIPTION.stop - 1}",
            "asked": LinkCheck.objects.count(),
            "broken": LinkCheck.objects.broken()[:200],
        }
        return TemplateResponse(request, "admin/search_engines.html", context)


def report_of(revision, around, known) -> dict:
    return {
        "name": revision.summary_card.name,
        "edit_url": change_url(revision.subject, "id_search_title"),
        **site_report.report(revision, around, known)._asdict(),
    }


def lists() -> Iterator[dict]:
    rows = {directory.CLINICS: Clinic, directory.DOCTORS: Practitioner}
    for name, report in site_report.of_lists():
        edit_url = reverse(f"admin:treatments_{rows[report.face.path]._meta.model_name}_changelist")
        yield {"name": name, "rows_url": edit_url, **report._asdict()}
