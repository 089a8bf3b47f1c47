"""Whose words a revision holds, however they came into it: written on its page, cited, or shown beside it.

The trigger `nobody_signs_their_own_words` asks the same in SQL.
"""

from django.apps import apps
from django.db import models
from django.db.models import Q

from treatments import content

IN_A_COLUMN = Q(field__in=["Name", "Summary", "The whole page"]) | Q(field__startswith="Comparison")
"""Fields of another treatment that stand beside this one."""


def source_name(key: str) -> str:
    return f"source {key}"


def word_name(term: str) -> str:
    return f"word {term}"


def own_changes(revision, practitioner) -> models.QuerySet:
    """Clinical changes by this person that stand in `revision` and in no earlier one whose signature stands."""
    found = clinical_changes().filter(by_person(practitioner)).filter(within(revision))
    if not found.exists():
        return found
    signatures = apps.get_model("treatments", "SignOff").objects.filter(withdrawal__isnull=True)
    earlier = type(revision).objects.of(revision.subject).filter(number__lt=revision.number)
    for signed in earlier.filter(pk__in=signatures.values("revision")):
        found = found.exclude(within(signed))
    return found


def clinical_changes() -> models.QuerySet:
    return apps.get_model("treatments", "Change").objects.filter(clinical=True)


def by_person(practitioner) -> Q:
    """By the doctor's account, or by one with the doctor's address: those of now and of before, on every record."""
    records = type(practitioner).objects.filter(same_doctor(practitioner)).prefetch_related("identity_changes")
    accounts, addresses = {practitioner.user_id}, {practitioner.email}
    for record in records:
        accounts |= {record.user_id, *(change.account_id for change in record.identity_changes.all())}
        addresses |= {record.email, *(change.told for change in record.identity_changes.all())}
    theirs = Q(by__in=accounts - {None})
    for address in addresses - {""}:
        theirs |= Q(by__email__iexact=address) | Q(by__username__iexact=address)
    return theirs


def same_doctor(practitioner) -> Q:
    """A council gives each number once."""
    number, council = practitioner.registration_number, practitioner.council
    return Q(pk=practitioner.pk) | Q(registration_number=number, council=council)


def within(revision) -> Q:
    """Changes of what stands in a revision, made before it was frozen."""
    page = revision.page
    found = Q(**{revision.kind: revision.subject}) | Q(shared__in=shared_names(page))
    slugs = [column.slug for column in getattr(page, "beside", ())]
    for other in shown_beside(revision, slugs) if slugs else ():
        found |= IN_A_COLUMN & Q(treatment=other.treatment_id, at__lte=other.frozen_at)
    return found & Q(at__lte=revision.frozen_at)


def shared_names(page: content.Page) -> list[str]:
    sources = [source_name(source.key) for source in getattr(page, "sources", ())]
    return sources + [word_name(term.term) for term in getattr(page, "terms", ())]


def shown_beside(revision, slugs: list[str]) -> models.QuerySet:
    """Revisions of other treatments from which the columns were taken: live then, or frozen together with it."""
    at, every = revision.frozen_at, type(revision).objects
    live = every.live(at=at).values("pk")
    found = every.filter(Q(pk__in=live) | Q(frozen_at=at), treatment__isnull=False)
    found = found.exclude(treatment=revision.treatment_id)
    return found.filter(slug__in=slugs, language=revision.language).defer("snapshot", "card")


def unsigned_authors(subject, *, kind: str, at) -> list[int]:
    """Accounts whose clinical words stood on the page at that moment, and in no revision before it that is signed."""
    signatures = apps.get_model("treatments", "SignOff").objects.filter(withdrawal__isnull=True)
    signed = apps.get_model("treatments", "Revision").objects.of(subject).filter(frozen_at__lte=at)
    since = signed.filter(pk__in=signatures.values("revision")).aggregate(at=models.Max("frozen_at"))["at"]
    found = clinical_changes().filter(**{kind: subject}, by__isnull=False, at__lte=at)
    found = found.filter(at__gt=since) if since else found
    return sorted(set(found.values_list("by", flat=True)))
