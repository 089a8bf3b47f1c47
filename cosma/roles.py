"""What each kind of staff may do. `establish` makes the four groups say so; running it again changes nothing."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, TextChoices

PAGES = ("treatment", "concern", "sitepage")
SHARED = ("source", "clinic", "practitioner", "picture", "synonyms", "term")
PARTS = (
    "section",
    "statement",
    "question",
    "price",
    "indication",
    "contraindication",
    "sideeffect",
    "step",
    "aftercareitem",
    "healingstage",
    "agent",
    "product",
    "device",
    "alternative",
    "comparisonfact",
    "placedpicture",
    "concernline",
    "sitepagesection",
)
KEPT = ("revision", "organisation", "helpful", "linkcheck", "advertisingrule", "keptwords")


class Role(TextChoices):
    EDITOR = "editor"
    REVIEWER = "reviewer"
    DESK = "desk"
    MANAGER = "manager"


def may(verbs: str, *models: str, app: str = "treatments") -> frozenset[str]:
    return frozenset(f"{app}.{verb}_{model}" for verb in verbs.split() for model in models)


READS = may("view", *PAGES, *SHARED, *PARTS, *KEPT)
WRITES = may("add change", *PAGES, *SHARED, *PARTS) | may("delete", *PARTS) | may("publish send", "revision")
SIGNS = may("sign", "revision")
"""Only with a doctor's record of one's own; managers hold it because nobody hands out what they do not have."""
BRINGS_BACK = may("view", "trashed")
RUNS = (
    may("delete", *PAGES, *SHARED)
    | may("add change", "organisation", "advertisingrule")
    | may("identify", "practitioner")
    | may("add change view", "user", app="auth")
)
ANSWERS = may("view change", "enquiry", app="enquiries") | may("view add", "note", app="enquiries")
HANDS_OUT = may("export erase", "enquiry", app="enquiries")
OVERSEES = may("view", "event", "notice", app="enquiries") | may("view change", "mail", app="outbox")
ROLES = {
    Role.EDITOR: READS | WRITES | BRINGS_BACK,
    Role.REVIEWER: READS | SIGNS,
    Role.DESK: ANSWERS | HANDS_OUT,
    Role.MANAGER: READS | WRITES | SIGNS | BRINGS_BACK | RUNS | ANSWERS | HANDS_OUT | OVERSEES,
}


def establish() -> None:
    for role, names in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set(permissions(names))


def are_established() -> bool:
    """Not so where the first start was stopped between the tables and the groups."""
    found = Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    held = {(role, f"{app}.{codename}") for role, app, codename in found}
    return all((role.value, name) in held for role, names in ROLES.items() for name in names)


def permissions(names: frozenset[str]):
    """The rows behind names such as `treatments.view_source`."""
    wanted = Q(pk__in=[])
    for app in {name.split(".")[0] for name in names}:
        codenames = [name.split(".")[1] for name in names if name.startswith(f"{app}.")]
        wanted |= Q(content_type__app_label=app, codename__in=codenames)
    return Permission.objects.filter(wanted)


def rights(user) -> set[int]:
    """Every permission that an account holds by its roles or by itself, even while it is closed."""
    held = Permission.objects if user.is_superuser else Permission.objects.filter(Q(group__user=user) | Q(user=user))
    return set(held.values_list("pk", flat=True))


def grantable(by) -> list[Group]:
    """The roles that a person may hand out: those that hold nothing which the person lacks."""
    own = rights(by)
    groups = Group.objects.filter(name__in=Role.values).prefetch_related("permissions")
    return [group for group in groups if own.issuperset(found.pk for found in group.permissions.all())]
