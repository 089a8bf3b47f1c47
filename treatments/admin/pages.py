"""What treatments, concerns and site pages have in common: state, preview, publishing, a record of every change."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from treatments import states
from treatments.admin import advising, attention, publishing
from treatments.admin.collisions import RefusesStaleSaves
from treatments.admin.forms import DraftForm, PlainChoices
from treatments.admin.history import HistoryViews
from treatments.admin.places import change_url, edit_links
from treatments.admin.planning import PlanViews
from treatments.admin.preview import as_patients_see
from treatments.admin.reviewing import ReviewViews, by_place
from treatments.admin.trash import ToTheTrash
from treatments.difference import Difference
from treatments.models import Revision, SitePage, compose, drafts
from treatments.models.recording import record, recorded

PUBLISH = "treatments.publish_revision"
MOST_AT_ONCE = 100
NOTHING_DIFFERS = "Nothing differs from what patients read: nothing was published."


class PageAdmin(PlainChoices, HistoryViews, ReviewViews, PlanViews, RefusesStaleSaves, ToTheTrash):
    form = DraftForm
    actions = ["publish_chosen"]
    save_on_top = False
    change_form_template = "admin/page_form.html"
    read_together: tuple[str, ...] = ()
    """The parts that a list of pages reads in one go, to know the state of each."""
    fixed_once_published = ("slug", "language")
    """An address that search engines know stays as it is."""

    class Media:
        js = ["admin-site/parts.js", "admin-site/listing.js"]

    def get_changelist(self, request, **kwargs):
        return attention.PageList

    def get_urls(self):
        return [self.own_path("preview", self.preview), self.own_path("publish", self.publish), *super().get_urls()]

    def get_readonly_fields(self, request, obj=None):
        fixed = self.fixed_once_published if obj and Revision.objects.of(obj).exists() else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_object(self, request, object_id, from_field=None):
        """Read once for a page that only shows it: state, version and form are made from the same row."""
        if request.method != "GET":
            return super().get_object(request, object_id, from_field)
        found = request.__dict__.setdefault("found_drafts", {})
        if object_id not in found:
            found[object_id] = super().get_object(request, object_id, from_field)
        return found[object_id]

    def view_on_site(self, obj):
        return self.own_url("preview", obj.pk)

    @admin.display(description="State")
    def state(self, obj):
        return attention.labels(obj.standing)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whatever a save changes is written down with the name of the person, or not saved at all."""
        subject = self.get_object(request, unquote(object_id)) if object_id else None
        if subject is None or request.method != "POST":
            context = (extra_context or {}) | self.form_context(request, subject)
            return super().changeform_view(request, object_id, form_url, context)
        try:
            with recorded(subject, by=request.user):
                answer = super().changeform_view(request, object_id, form_url, extra_context)
        except type(subject).DoesNotExist:  # somebody deletes it at this moment
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if isinstance(answer, TemplateResponse):  # and not the way on: the form is shown again
            answer.context_data = {**(answer.context_data or {}), **self.form_context(request, subject)}
        return answer

    def form_context(self, request, subject) -> dict:
        buttons = {"can_preview": True, "may_publish": request.user.has_perm(PUBLISH)}
        if subject is None or not self.has_view_permission(request, subject):
            return buttons
        drafts.read_parts(subject)
        return {
            **buttons,
            "marks": (marks := attention.marks(subject, request.user)),
            "is_live": any(mark.code == "live" for mark in marks),
            "publish_url": self.own_url("publish", subject.pk),
            "schedule_url": self.own_url("schedule", subject.pk) if request.user.has_perm(PUBLISH) else "",
            "review_url": "" if isinstance(subject, SitePage) else self.own_url("review", subject.pk),
            **(advising.panel(subject) if request.method == "GET" else {}),
        }

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            made = Difference("The whole page", "", str(form.instance), clinical=True)
            record(form.instance, [made], by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        return self.onward(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.onward(request, obj) or super().response_change(request, obj)

    def onward(self, request, obj):
        """Where the buttons that save and go on lead."""
        for name in ("preview", "publish"):
            if f"_{name}" in request.POST:
                return redirect(self.own_url(name, obj.pk))
        return None

    def chosen(self, request, object_id: str) -> list:
        """The pages that an address names: `7`, or `7+8` for several. All of them, or 404."""
        keys = object_id.split("+")
        found: list = [self.get_object(request, unquote(key)) for key in keys[:MOST_AT_ONCE]]
        if len(keys) > MOST_AT_ONCE or not all(found):
            raise Http404
        if not all(self.has_view_permission(request, row) for row in found):
            raise PermissionDenied
        prefetch_related_objects(found, *self.read_together)
        return found

    def preview(self, request, object_id):
        """The draft as patients would read it, with a way back to editing from every part."""
        subject = self.chosen(request, object_id)[0]
        page = compose(subject)
        plan = publishing.plan(subject, page)
        shown = {
            "preview_back_url": change_url(subject),
            "edit_links": edit_links(subject) if self.has_change_permission(request, subject) else {},
            "complaints": plan.complaints,
            "margin": "review/_returned.html" if (remarks := by_place(subject)) else "",
            "returned": remarks,
            "publish_url": self.own_url("publish", subject.pk) if request.user.has_perm(PUBLISH) else "",
        }
        return as_patients_see(request, page, review=plan.review, **shown)

    def publish(self, request, object_id):
        """Says what would go live; the button on it does it."""
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        plans = publishing.plans(self.chosen(request, object_id))
        form = publishing.PublishForm(request.POST if request.method == "POST" else None, label_suffix="")
        if request.method == "POST" and all(plan.unchanged for plan in plans):
            self.message_user(request, NOTHING_DIFFERS, messages.WARNING)
            return redirect(self.back_url(plans))
        if not any(plan.planned for plan in plans):
            del form.fields["keep_plans"]
        ready = form.is_valid() and not any(plan.complaints or plan.unsigned for plan in plans)
        if ready and self.put_live(request, plans, form.cleaned_data):
            return redirect(self.back_url(plans))
        return TemplateResponse(request, "admin/publish.html", self.publish_context(request, plans, form))

    def put_live(self, request, plans, answers: dict) -> bool:
        changed = [plan for plan in plans if not plan.unchanged]
        try:
            publishing.publish(changed, by=request.user, seen=request.POST.get("seen", ""), **answers)
        except publishing.Moved:
            if all(plan.unchanged for plan in publishing.plans([plan.subject for plan in plans])):
                self.message_user(request, NOTHING_DIFFERS, messages.WARNING)  # a second press at the same moment
                return True
            sentence = "The draft was changed after you opened this page. Nothing was published: look again."
            self.message_user(request, sentence, messages.ERROR)
            return False
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return False
        for plan in changed:
            self.tell_published(request, plan.subject, answers.get("at"))
        return True

    def tell_published(self, request, subject, at) -> None:
        if at:
            told = format_html("{} goes live on {}.", subject, states.moment(at))
        else:
            url = subject.get_absolute_url()
            told = format_html('{} is live. <a href="{}">See it as patients do</a>', subject, url)
        self.message_user(request, told, messages.SUCCESS)
        self.log_change(request, subject, f"Planned for {states.moment(at)}." if at else "Published.")

    def back_url(self, plans) -> str:
        if len(plans) == 1:
            return change_url(plans[0].subject)
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def publish_context(self, request, plans, form) -> dict:
        changed = [plan for plan in plans if not plan.unchanged]
        if not any(plan.live for plan in changed):
            for name in ("significant", "change_line"):
                form.fields.pop(name, None)  # there is no change where nothing was before
        subjects = [plan.subject for plan in plans]
        behind = publishing.left_behind([plan.subject for plan in changed])[: MOST_AT_ONCE - len(plans)]
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "behind": [str(row) for row in behind],
            "together_url": self.own_url("publish", *(row.pk for row in (*subjects, *behind))),
            "title": f"Publish {', '.join(str(plan.subject) for plan in plans)}",
            "plans": plans,
            "form": form,
            "seen": publishing.seen(changed),
            "ready": bool(changed) and not any(plan.complaints or plan.unsigned for plan in changed),
            "review_urls": {plan.subject.pk: self.own_url("review", plan.subject.pk) for plan in plans},
            "back_url": self.back_url(plans),
        }

    @admin.action(description="Publish", permissions=["publish"])
    def publish_chosen(self, request, queryset):
        return redirect(self.own_url("publish", *queryset.values_list("pk", flat=True)))

    def has_publish_permission(self, request) -> bool:
        return request.user.has_perm(PUBLISH)

    def get_deleted_objects(self, objs, request):
        """Revisions are kept for ever: that is what the page then says, not that a permission is lacking."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, lacking - {str(Revision._meta.verbose_name)}, protected
