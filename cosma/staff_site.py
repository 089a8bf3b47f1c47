"""The admin as staff meet it: behind both factors, in the clinic's order, under its own name."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from cosma import unsent
from cosma.accounts import has_second_factor

ROOMS = {
    "What patients read": {
        "Treatment": "A page about a treatment: its words, figures, risks and price.",
        "Concern": "From what bothers a person to what may help.",
        "SitePage": "About, privacy, editorial policy, accessibility.",
        "Helpful": "What readers say under each page: did it help?",
        "Section": "Look for words in the sections of all treatments.",
        "Term": "Words that a page explains where a reader first meets them.",
        "Synonyms": "Words that find each other's pages in search.",
        "Picture": "Photographs, made ready for every screen.",
        "LinkCheck": "Titles, descriptions and dates as they are sent, and links that lead nowhere.",
    },
    "What it rests on": {
        "Source": "Studies and other sources that texts cite.",
        "AdvertisingRule": "Words that advertising rules forbid, with their reason.",
        "KeptWords": "Where somebody kept such words, and why.",
        "Revision": "Every version that was ever published, as it stood.",
        "Trashed": "What was deleted in the last 30 days, and the way back.",
    },
    "The clinic": {
        "Organisation": "Name, address and contacts, as patients read them.",
        "Clinic": "Places, once real ones are entered.",
        "Practitioner": "Doctors, with their registration.",
    },
    "Enquiries": {
        "Enquiry": "What people asked through the form.",
        "Event": "Who read, changed, searched or exported enquiries.",
        "Notice": "The words that patients agreed to, in each version.",
        "Mail": "What is to be sent, what could not be, and what may have been.",
    },
    "Staff": {"User": "Accounts and roles."},
}
"""The rooms of the house in the clinic's order, and what each kind of thing in them is for."""
ORDER = [name for models in ROOMS.values() for name in models]
ELSEWHERE = "Behind the scenes"


class StaffSite(AdminSite):
    site_header = "Cosma Beauty staff"
    site_title = "Cosma Beauty staff"
    index_title = "Staff"
    empty_value_display = "–"
    # The index and the breadcrumbs lead everywhere in two steps; the room belongs to the text.
    enable_nav_sidebar = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.panels: list[Callable] = []
        """What stands above the rooms: each gives a template and what it shows to this person, or nothing."""
        # One press on a list must not be able to take many pages away.
        self.disable_action("delete_selected")

    def has_permission(self, request):
        return super().has_permission(request) and self.is_proven(request.user)

    def is_proven(self, user) -> bool:
        """Known of whoever has come in with a session."""
        if not hasattr(user, "has_second_factor"):
            user.has_second_factor = has_second_factor(user)
        return user.has_second_factor

    def each_context(self, request):
        """Without the list of everything: Django makes it for its side bar, and there is none here."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "is_nav_sidebar_enabled": False,
            "log_entries": self.get_log_entries(request),
        }

    def admin_view(self, view, cacheable=False):
        """Nothing here answers to other methods: what is not foreseen is refused."""
        guarded = super().admin_view(require_http_methods(["GET", "HEAD", "POST"])(view), cacheable)

        @wraps(guarded)
        def kept_or_guarded(request, *args, **kwargs):
            if request.user.is_anonymous and unsent.can_be_kept(request):
                return unsent.kept(request)
            return guarded(request, *args, **kwargs)

        return kept_or_guarded

    def login(self, request, extra_context=None):
        return secure_admin_login(self.after_login)(request)

    def after_login(self, request):
        """Only staff come here: those without a second factor set one up first."""
        target = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return redirect("admin:index")
        return HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': target})}")

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")

    def get_urls(self):
        """Django's own way from a row to its public address asks for no permission, and some addresses are secrets."""
        guarded = path("r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.on_site), name="view_on_site")
        return [guarded, *(found for found in super().get_urls() if getattr(found, "name", "") != "view_on_site")]

    def on_site(self, request, content_type_id, object_id):
        from django.contrib.contenttypes.models import ContentType  # the site is made before there are models

        kind = ContentType.objects.filter(pk=content_type_id).first()
        form = next((form for model, form in self._registry.items() if kind and model is kind.model_class()), None)
        row = form.get_object(request, unquote(object_id)) if form and form.view_on_site else None
        if form is None or row is None or not hasattr(row, "get_absolute_url"):
            raise Http404
        if not form.has_view_permission(request, row):
            raise PermissionDenied
        return redirect(row.get_absolute_url())

    def index(self, request, extra_context=None):
        models = [model for app in self.get_app_list(request) for model in app["models"]]
        return super().index(
            request, {"rooms": rooms(models), "panels": self.panels_for(request), **(extra_context or {})}
        )

    def panels_for(self, request) -> list[tuple[str, dict]]:
        return [shown for panel in self.panels if (shown := panel(request))]

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: place(model["object_name"]))
        return sorted(apps, key=lambda app: place(app["models"][0]["object_name"]))


def rooms(models: list[dict]) -> list[tuple[str, list[dict]]]:
    """What this person may open, by room; nothing is left out because nobody has named it."""
    found: dict[str, list[dict]] = {room: [] for room in (*ROOMS, ELSEWHERE)}
    for model in sorted(models, key=lambda model: place(model["object_name"])):
        room = next((room for room, names in ROOMS.items() if model["object_name"] in names), ELSEWHERE)
        hint = ROOMS.get(room, {}).get(model["object_name"], "")
        found[room].append({**model, "hint": hint})
    return [(room, inside) for room, inside in found.items() if inside]


def place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
