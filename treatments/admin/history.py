"""What a page said and when, who answered for it, and the ways back to it: compare, restore, publish again."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode

from treatments import content, states
from treatments.admin import publishing
from treatments.admin.days import addresses, asked_for, problem
from treatments.admin.own_pages import OwnPages
from treatments.admin.places import change_url
from treatments.admin.versions import Version, compared, version
from treatments.difference import Difference, differences, title, words
from treatments.models import Revision, SignOff, compose, drafts
from treatments.models.admission import NotSigned, refuse_unsigned
from treatments.models.restoring import moved_on, restore

PUBLISH = "treatments.publish_revision"
MOVED = "Somebody changed this page after you opened it. Nothing was done: look again."


class HistoryViews(OwnPages):
    """The way back, for everything that has revisions."""

    object_history_template = "admin/page_history.html"

    def get_urls(self):
        own = [self.own_path(name, getattr(self, name)) for name in ("compare", "restore", "again")]
        return [*own, *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        """Every revision with those who answer for it, and below it every change of the draft, word by word."""
        subject = self.get_object(request, unquote(object_id))
        if subject is None or not self.has_view_permission(request, subject):
            return super().history_view(request, object_id, extra_context)
        asked = request.GET.get("day", "").strip()[:40]
        fault = problem(asked)
        day = None if fault else asked_for(asked)
        spans = addresses(subject, day) if day else []
        if len(spans) == 1:
            return redirect(spans[0][1])
        context = {"day": day, "spans": spans, "asked": asked, "fault": fault}
        context |= self.history_context(request, subject)
        return super().history_view(request, object_id, context | (extra_context or {}))

    def history_context(self, request, subject) -> dict:
        revisions = Revision.objects.of(subject).defer("snapshot", "card").select_related("frozen_by")
        revisions = Paginator(revisions.order_by("-number"), 20).get_page(request.GET.get("r"))
        prefetch_related_objects(list(revisions), "publications__by", "publications__ended_by")
        return {
            "changes": Paginator(subject.changes.select_related("by", "brought_by"), 50).get_page(request.GET.get("p")),
            "revisions": with_signatures(revisions),
            "now": timezone.now(),
            "today": timezone.localdate().isoformat(),
            "live": publishing.live_revision(subject),
            "may_restore": self.has_change_permission(request, subject),
            "may_publish": request.user.has_perm(PUBLISH),
            **{f"{name}_url": self.own_url(name, subject.pk) for name in ("compare", "restore", "again")},
        }

    def compare(self, request, object_id):
        """Any two versions, word by word; without a choice, what patients read against the draft."""
        subject = self.one(request, object_id)
        before = version(subject, request.GET.get("a") or "live")
        after = version(subject, request.GET.get("b") or "draft")
        context = self.between(request, subject, before, after)
        swapped = f"?{urlencode({'a': after.key, 'b': before.key})}"
        title = f"{subject}: from {before.name} to {after.name}"
        return TemplateResponse(request, "admin/compare.html", context | {"title": title, "swapped": swapped})

    def restore(self, request, object_id):
        """Says what would change in the draft; the button on it does it."""
        subject = self.one(request, object_id)
        if not self.has_change_permission(request, subject):
            raise PermissionDenied
        draft, wanted, revision = version(subject, "draft"), *self.wanted(request, subject)
        if request.method == "POST" and self.put_back(request, revision):
            return redirect(change_url(subject))
        context = self.between(request, subject, own_words(draft), own_words(wanted))
        context |= {"shared": shared_since(wanted.page), "may_share": may_share(request.user)}
        title = f"Restore {wanted.name} of {subject}"
        return TemplateResponse(request, "admin/restore.html", context | {"title": title, "seen": seen(draft)})

    def again(self, request, object_id):
        """Says what patients would read again; the button on it shows it to them."""
        subject = self.one(request, object_id)
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        (wanted, revision), live = self.wanted(request, subject), publishing.live_revision(subject)
        form = publishing.PublishForm(request.POST if request.method == "POST" else None, label_suffix="")
        del form.fields["note"]
        if not publishing.planned(subject):
            del form.fields["keep_plans"]
        ready = request.method == "POST" and form.is_valid()
        if ready and self.show_again(request, revision, form.cleaned_data):
            return redirect(change_url(subject))
        before = Version("live", "what patients read now", live.page, live) if live else wanted
        shown = {"title": f"Publish {wanted.name} of {subject} again", "form": form, "live": live}
        shown |= {"seen": live.pk if live else 0, "already": live == revision}
        shown |= {"review": publishing.reviewed(revision.fingerprint), "unsigned": unsigned(revision)}
        shown |= {"restore_url": self.own_url("restore", subject.pk)}
        context = self.between(request, subject, before, wanted) | shown
        return TemplateResponse(request, "admin/again.html", context)

    def one(self, request, object_id: str) -> models.Model:
        subject = self.get_object(request, unquote(object_id))
        if subject is None:
            raise Http404
        if not self.has_view_permission(request, subject):
            raise PermissionDenied
        return subject

    def wanted(self, request, subject) -> tuple[Version, Revision]:
        found = version(subject, request.GET.get("revision", "")) if request.GET.get("revision") else None
        if found is None or found.revision is None:
            raise Http404
        return found, found.revision

    def put_back(self, request, revision: Revision) -> bool:
        try:
            with transaction.atomic():
                subject = locked(revision.subject)
                if publishing.digest([content.encode(compose(subject))]) != request.POST.get("seen"):
                    raise publishing.Moved
                shared = "shared" in request.POST and may_share(request.user)
                restore(revision, by=request.user, shared=shared)
        except publishing.Moved:
            self.message_user(request, MOVED, messages.ERROR)
            return False
        except ValidationError as error:
            refused = f"The draft stays as it is: revision {revision.number} no longer fits. {' '.join(error.messages)}"
            self.message_user(request, refused, messages.ERROR)
            return False
        self.log_change(request, subject, f"Restored revision {revision.number}.")
        compare = f"{self.own_url('compare', subject.pk)}?{urlencode({'a': str(revision.number), 'b': 'draft'})}"
        done = 'The draft says what revision {} said. Patients read the same as before. <a href="{}">Compare</a>'
        self.message_user(request, format_html(done, revision.number, compare), messages.SUCCESS)
        return True

    def show_again(self, request, revision: Revision, answers: dict) -> bool:
        try:
            with transaction.atomic():
                live = publishing.live_revision(locked(revision.subject))
                if str(live.pk if live else 0) != request.POST.get("seen") or live == revision:
                    raise publishing.Moved
                revision.publish(by=request.user, **answers)
        except publishing.Moved:
            self.message_user(request, MOVED, messages.ERROR)
            return False
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return False
        self.log_change(request, revision.subject, f"Published revision {revision.number} again.")
        if answers["at"]:
            told = f"Patients read revision {revision.number} again from {states.moment(answers['at'])}."
            self.message_user(request, told, messages.SUCCESS)
            return True
        done = 'Patients read revision {} again. The draft stays as it is. <a href="{}">See it as patients do</a>'
        address = revision.subject.get_absolute_url()
        self.message_user(request, format_html(done, revision.number, address), messages.SUCCESS)
        return True

    def between(self, request, subject, before: Version, after: Version) -> dict:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "subject": subject,
            "back_url": change_url(subject),
            "before": before,
            "after": after,
            "groups": compared(before.page, after.page),
            "same_layout": before.page == after.page,
        }


def unsigned(revision: Revision) -> bool:
    """Whether these words need a signature before patients may read them again."""
    try:
        refuse_unsigned(revision, at=timezone.now())
    except NotSigned:
        return True
    return False


def locked(subject: models.Model) -> models.Model:
    """Two people who change the same page at once do so one after the other."""
    return type(subject)._default_manager.select_for_update().get(pk=subject.pk)


def seen(draft: Version) -> str:
    return publishing.digest([content.encode(draft.page)])


def own_words(found: Version) -> Version:
    """Without what comes from elsewhere and is not restored with the page."""
    elsewhere = {name: () for name in ("sources", "terms", "beside") if hasattr(found.page, name)}
    return found._replace(page=content.replaced(found.page, **elsewhere))


def may_share(user) -> bool:
    return user.has_perms(["treatments.change_source", "treatments.add_term", "treatments.change_term"])


def shared_since(page: content.Page) -> list[Difference]:
    """How sources and words of the glossary, which pages share, would become again what they were."""
    found = []
    for row, frozen in moved_on(page):
        name = f"{str(row._meta.verbose_name).capitalize()} {title(frozen)}"
        now = drafts.read(row) if row.pk else None
        changes = differences(now, frozen) if now else [Difference("Deleted since", "", words(frozen), clinical=True)]
        found += [change._replace(place=f"{name} › {change.place}") for change in changes]
    return found


def with_signatures(revisions):
    """Each with the signatures under its clinical words, whichever revision they were given to."""
    signed = SignOff.objects.filter(fingerprint__in={one.fingerprint for one in revisions})
    found: dict[str, list[SignOff]] = {}
    for sign_off in signed.select_related("practitioner", "withdrawal").defer("rendered_text"):
        found.setdefault(sign_off.fingerprint, []).append(sign_off)
    for revision in revisions:
        revision.signatures = found.get(revision.fingerprint, [])
    return revisions
