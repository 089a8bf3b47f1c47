"""The enquiry desk's inbox. Each opening of a record leaves a line in the log."""

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from enquiries import chart, mails
from enquiries.admin import folders, handing_out
from enquiries.models import Deed, Enquiry, Event, Note, State
from enquiries.reception import Standing, reception
from treatments.directory import readable

CHANGED_MEANWHILE = (
    "Somebody else changed this enquiry after you opened it. It is now “{theirs}”; you chose “{yours}”. "
    "Nothing of yours is saved. Open it again to go on."
)


class DeskForm(forms.ModelForm):
    """What the desk may change. `seen` says which state of the record it looked at."""

    # A plain choice of those who may answer: Django's own widget offers to change the account.
    assigned_to = forms.ModelChoiceField(queryset=folders.THOSE_WHO_ANSWER, required=False, empty_label="Nobody")
    seen = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Enquiry
        fields = ["state", "assigned_to"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.instance.changed_at.isoformat()

    def clean(self):
        given = super().clean() or {}
        # Locked until the save is done: two people who press at once come one after the other.
        now = Enquiry.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if given.get("seen") != now.changed_at.isoformat():
            yours = State(given.get("state", now.state)).label
            raise forms.ValidationError(CHANGED_MEANWHILE.format(theirs=now.get_state_display(), yours=yours))
        if given.get("state") == State.ASSIGNED and not given.get("assigned_to"):
            self.add_error("assigned_to", "Choose to whom.")
        return given


class NoteInline(admin.StackedInline):
    model = Note
    extra = 1  # also for who has no script
    fields = ["text", "written"]
    readonly_fields = ["written"]

    @admin.display(description="written")
    def written(self, note):
        return f"{note}, {note.by or 'by a colleague who has left'}" if note.pk else "by you, when you save"

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Enquiry)
class EnquiryAdmin(handing_out.HandingOut):
    form = DeskForm
    list_display = ["reference", "received", "name", "treatment_name", "city", "state", "assigned_to"]
    list_filter = [*folders.FILTERS]
    list_select_related = ["assigned_to"]
    list_per_page = 50
    view_on_site = False
    inlines = [NoteInline]
    actions = ["take", "mark_contacted", "close", "to_spam", "not_spam", "erase_selected"]
    written_by_patient = [
        "name",
        "call",
        "write",
        "city",
        "treatment_name",
        "clinic",
        "call_time",
        "message",
    ]
    kept_by_site = ["reference", "received", "keep_until", "notice", "is_test"]
    readonly_fields = [*written_by_patient, "suspicion", *kept_by_site, "who_did_what"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        # There is "erase", which leaves nothing behind.
        return False

    def get_fieldsets(self, request, obj=None):
        doubt = ["suspicion"] if obj and obj.suspicion else []
        sets = [
            ("What the patient wrote", {"fields": [*self.written_by_patient]}),
            ("What you do with it", {"fields": [*doubt, "state", "assigned_to", "seen"]}),
            ("What we keep about it", {"fields": [*self.kept_by_site], "classes": ["collapse"]}),
        ]
        if request.user.has_perm("enquiries.view_event"):
            sets.append(("Log", {"fields": ["who_did_what"], "classes": ["collapse"]}))
        return sets

    def lookup_allowed(self, lookup, value, request):
        """The filters that are shown: by others, any column could be searched, and without a line in the log."""
        return lookup in folders.NAMES

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="enquiries_enquiry_export"), *super().get_urls()]

    @admin.display(description="received", ordering="created_at")
    def received(self, enquiry):
        return f"{timezone.localtime(enquiry.created_at):%d %b %Y, %H:%M}"

    @admin.display(description="call")
    def call(self, enquiry):
        if not enquiry.phone:
            return "–"
        return format_html('<a href="tel:{}">{}</a>', enquiry.phone, readable(enquiry.phone))

    @admin.display(description="write")
    def write(self, enquiry):
        return format_html('<a href="mailto:{}">{}</a>', enquiry.email, enquiry.email) if enquiry.email else "–"

    @admin.display(description="who did what")
    def who_did_what(self, enquiry):
        lines = ((event, event.by or "the site") for event in enquiry.events.select_related("by"))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}, {}</li>", lines))

    # Searching: the words go in the body of a request, because addresses are kept in logs and in the browser.

    def get_queryset(self, request):
        words = request.POST.get("search", "").strip() if request.method == "POST" else ""
        return super().get_queryset(request).filter(matching(words))

    def changelist_view(self, request, extra_context=None):
        words = request.POST.get("search", "").strip()
        if words:
            Event.objects.create(what=Deed.SEARCHED, by=request.user)
        desk = reception()
        context = {
            "bars": chart.weekly(timezone.localdate()),
            "searched": words,
            "missing": desk.missing,
            "closed": desk.standing is Standing.CLOSED,
            "may_export": request.user.has_perm("enquiries.export_enquiry"),
            "may_open": request.user.has_perm("treatments.change_organisation"),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    # Reading and writing

    def change_view(self, request, object_id, form_url="", extra_context=None):
        response = super().change_view(request, object_id, form_url, extra_context)
        if response.status_code == 200:  # after a refused save too: it shows the record as well
            Enquiry.objects.get(pk=object_id).log(Deed.OPENED, by=request.user)
        return response

    def save_model(self, request, obj, form, change):
        if "state" in form.changed_data or "assigned_to" in form.changed_data:
            obj.move(obj.state, by=request.user, assigned_to=obj.assigned_to)
        if "state" in form.changed_data and form.initial["state"] == State.SPAM:
            mails.tell(obj)

    def save_formset(self, request, form, formset, change):
        for note in formset.save(commit=False):
            note.by = request.user
            note.save()
            note.enquiry.log(Deed.NOTED, by=request.user)

    def log_change(self, request, obj, message):
        """The history names fields, never what is in them."""
        return super().log_change(request, obj, "Changed." if message else message)

    # Actions

    @admin.action(description="Assign to me", permissions=["change"])
    def take(self, request, queryset):
        chosen = list(queryset)
        for enquiry in chosen:
            enquiry.assign(to=request.user, by=request.user)
        self.message_user(request, f"Assigned to you: {', '.join(map(str, chosen))}.", messages.SUCCESS)

    @admin.action(description="Move to contacted", permissions=["change"])
    def mark_contacted(self, request, queryset):
        self.move_all(request, queryset, State.CONTACTED)

    @admin.action(description="Close", permissions=["change"])
    def close(self, request, queryset):
        self.move_all(request, queryset, State.CLOSED)

    @admin.action(description="Move to spam", permissions=["change"])
    def to_spam(self, request, queryset):
        self.move_all(request, queryset, State.SPAM)

    @admin.action(description="Not spam: move to new", permissions=["change"])
    def not_spam(self, request, queryset):
        for enquiry in self.move_all(request, queryset.filter(state=State.SPAM), State.NEW):
            mails.tell(enquiry)

    def move_all(self, request, enquiries, state: State) -> list[Enquiry]:
        chosen = list(enquiries)
        for enquiry in chosen:
            enquiry.move(state, by=request.user)
        names = ", ".join(map(str, chosen)) or "none of those that you chose"
        self.message_user(request, f"Moved to {state.label.lower()}: {names}.", messages.SUCCESS)
        return chosen

    def response_change(self, request, obj):
        if "_continue" in request.POST:
            return redirect(reverse("admin:enquiries_enquiry_change", args=[obj.pk]))
        return super().response_change(request, obj)


def matching(words: str) -> Q:
    """By name, city, contact or reference; a number is found however it is written."""
    if not words:
        return Q()
    found = Q()
    for column in ("reference", "name", "city", "email"):
        found |= Q(**{f"{column}__icontains": words})
    digits = "".join(sign for sign in words if sign.isdigit()).lstrip("0")
    return found | Q(phone__contains=digits) if len(digits) >= 4 else found
