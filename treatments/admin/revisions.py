from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from treatments.admin.days import as_of
from treatments.admin.days import moment as moment_named
from treatments.admin.forms import OnlyRead
from treatments.admin.places import change_url, history_url
from treatments.admin.preview import as_patients_see
from treatments.admin.publishing import reviewed
from treatments.models import Revision


class OfKind(admin.SimpleListFilter):
    title = "kind of page"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [("treatment", "Treatments"), ("concern", "Concerns"), ("site_page", "Site pages")]

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.filter(**{f"{self.value()}__isnull": False}) if self.value() in known else queryset


@admin.register(Revision)
class RevisionAdmin(OnlyRead, admin.ModelAdmin):
    """What was frozen, when, by whom, and when patients read it. Nothing here can be changed."""

    list_display = ("__str__", "frozen", "frozen_by", "note", "periods", "as_page")
    list_filter = (OfKind,)
    list_select_related = ("treatment", "concern", "site_page", "frozen_by")
    list_per_page = 50
    search_fields = ("slug", "note", "frozen_by__email")
    fields = ("page", "number", "frozen", "frozen_by", "note", "periods", "as_page")
    readonly_fields = fields
    view_on_site = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request):
        return super().get_queryset(request).defer("snapshot", "card").prefetch_related("publications")

    def get_urls(self):
        own = path(
            "<path:object_id>/page/", self.admin_site.admin_view(self.page_view), name="treatments_revision_page"
        )
        return [own, *super().get_urls()]

    def page_view(self, request, object_id):
        """The revision as patients read it, or would have; with `?at=`, as it stood at that moment."""
        revision = self.get_object(request, object_id)
        if revision is None or not self.has_view_permission(request, revision):
            raise Http404
        at = moment_named(request.GET.get("at", ""))
        return as_patients_see(
            request,
            revision.page,
            review=reviewed(revision.fingerprint),
            as_of=as_of(revision, at) if at else None,
            preview_back_url=history_url(revision.subject),
            preview="A version that is kept: only staff see it here.",
            revision=revision,
            shown_at=at,
        )

    @admin.display(description="Page")
    def page(self, obj):
        return format_html('<a href="{}">{}</a>', change_url(obj.subject), obj.subject)

    @admin.display(description="Frozen", ordering="frozen_at")
    def frozen(self, obj):
        return moment(obj.frozen_at)

    @admin.display(description="Patients read it")
    def periods(self, obj):
        spans = [(span(one),) for one in obj.publications.all()]
        return format_html_join("", "<div>{}</div>", spans) if spans else "never"

    @admin.display(description="The page")
    def as_page(self, obj):
        return format_html(
            '<a href="{}">See it as a page</a>', reverse("admin:treatments_revision_page", args=[obj.pk])
        )


def span(publication) -> str:
    if publication.live_until is None:
        return f"since {moment(publication.live_from)}"
    return f"from {moment(publication.live_from)} until {moment(publication.live_until)}"


def moment(at) -> str:
    here = timezone.localtime(at)
    return f"{here.day} {here:%B %Y, %H:%M}"
