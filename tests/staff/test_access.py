"""Who may open and press what: every address of the admin, for every role. What is not in the table is an error."""

from itertools import cycle

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.template.response import TemplateResponse
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from cosma.roles import ROLES, Role, grantable
from enquiries.models import Deed, Enquiry, Event, Notice
from outbox.models import Mail
from tests.factories import (
    add_section,
    make_concern,
    make_doctor,
    make_organisation,
    make_site_page,
    make_source,
    make_treatment,
    publish,
)
from tests.shelf import shelved
from tests.staff.people import Form, staff_client
from treatments.models import (
    AdvertisingRule,
    Clinic,
    Helpful,
    KeptWords,
    LinkCheck,
    Picture,
    ReviewLink,
    Synonyms,
    Term,
)
from treatments.models.review_links import LINK_MAIL
from treatments.models.trash import throw_away

LETTERS = {Role.EDITOR: "E", Role.REVIEWER: "R", Role.DESK: "D", Role.MANAGER: "M"}

LOOKED_AT = {"changelist": "ERM", "add": "", "change": "ERM/", "delete": "", "history": "ERM"}
WRITTEN = {"changelist": "ERM", "add": "EM", "change": "ERM/EM", "delete": "M", "history": "ERM"}
PAGE = WRITTEN | {"preview": "ERM", "compare": "ERM", "restore": "EM", "again": "EM", "publish": "EM", "schedule": "EM"}
SIGNED = PAGE | {"review": "ERM/EM", "sign": "RM"}
NOBODYS = {"changelist": "", "add": "", "change": "", "delete": "", "history": ""}
MANAGERS = NOBODYS | {"changelist": "M", "change": "M/", "history": "M"}
TABLE: dict[str, dict[str, str]] = {
    "treatments_treatment": SIGNED,
    "treatments_concern": SIGNED,
    "treatments_sitepage": PAGE | {"review": "", "sign": ""},
    "treatments_section": WRITTEN | {"delete": "EM", "words": "EM"},
    "treatments_source": WRITTEN,
    "treatments_clinic": WRITTEN,
    "treatments_practitioner": WRITTEN | {"confirm": "M"},
    "treatments_picture": WRITTEN,
    "treatments_organisation": LOOKED_AT | {"change": "ERM/M"},
    "treatments_revision": LOOKED_AT | {"page": "ERM"},
    "treatments_advertisingrule": LOOKED_AT | {"add": "M", "change": "ERM/M"},
    "treatments_keptwords": LOOKED_AT,
    "treatments_helpful": LOOKED_AT,
    "treatments_linkcheck": LOOKED_AT,
    "treatments_synonyms": WRITTEN,
    "treatments_trashed": NOBODYS | {"changelist": "EM", "change": "EM/", "history": "EM", "undo": "EM"},
    "treatments_term": WRITTEN,
    "enquiries_enquiry": NOBODYS | {"changelist": "DM", "change": "DM", "history": "DM", "export": "DM", "erase": "DM"},
    "enquiries_event": MANAGERS,
    "enquiries_notice": MANAGERS,
    "outbox_mail": MANAGERS | {"change": "M"},
    "auth_user": MANAGERS | {"add": "M", "change": "M", "password_change": "M"},
    "account_emailaddress": NOBODYS,
    "mfa_authenticator": NOBODYS,
}
"""Who may GET / POST; one entry where both are the same. A kind of thing, then the name of the address."""
EVERYBODYS = {"components", "index", "logout", "password_change", "password_change_done", "jsi18n", "login"}
SHUT = {"autocomplete", "view_on_site", "treatments_advertisingrule_keep"}
"""What answers nothing without asking for a thing by name; each has a test of its own."""
DRAWN_FOR = {"get": {Role.REVIEWER, Role.MANAGER}, "post": {Role.MANAGER}}
"""Every page is drawn to be read and to be written on; the answer to the others is settled before that."""
NO_FORMS = {"changelist", "history", "preview", "compare", "page"}
"""What a POST gets there is what a GET gets, and drawn already."""
NEEDS = {"restore": "?revision=1", "again": "?revision=1"}


def patterns(found=None, before: str = "") -> list[tuple[str, str]]:
    """The name and the route of every address of the admin."""
    rows = []
    if found is None:
        beside = [one for one in get_resolver().url_patterns if str(one.pattern).startswith("admin/")]
        found = [*admin.site.get_urls(), *(one for one in beside if isinstance(one, URLPattern))]
    for pattern in found:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            rows.append((pattern.name or "", route))
        else:
            rows += patterns(pattern.url_patterns, route)
    return rows


def entry(name: str) -> tuple[str, str]:
    """The kind of thing and the name of the address, as the table has them."""
    kinds = [kind for kind in TABLE if name.startswith(f"{kind}_")]
    assert kinds, f"put {name} in the table: who may open it, who may press its buttons?"
    return kinds[0], name.removeprefix(f"{kinds[0]}_")


def named() -> list[tuple[str, str]]:
    """Addresses that are about a kind of thing."""
    return [(name, route) for name, route in patterns() if name and name not in EVERYBODYS | SHUT | {"app_list"}]


def test_every_address_is_in_the_table():
    missing = []
    for name, _ in named():
        kind, address = entry(name)
        if address not in TABLE[kind]:
            missing.append(name)
    assert missing == [], "say in the table who may open these"
    assert len(named()) > 90


def test_addresses_without_a_name_only_lead_on():
    nameless = {route for name, route in patterns() if not name}

    assert {route.rsplit("/<path:object_id>/")[0].count("/") for route in nameless - {"(?P<url>.*)$"}} == {1}


@shelved
def keys() -> dict[str, int]:
    """One of each kind, by its name in the table."""
    treatment, concern, page = make_treatment(), make_concern(), make_site_page()
    for subject in (treatment, concern, page):
        publish(subject)
    doctor = make_doctor()
    picture = Picture.objects.create(key="a" * 20, source="b" * 64, title="A face", widths=[480], width=480, height=320)
    notice = Notice.objects.create(version="1", text="Words.")
    enquiry = Enquiry.objects.create(
        key="k", name="Asha", phone="+919876543210", city="Pune", notice=notice, keep_until=timezone.localdate()
    )
    rows = [treatment, concern, page, make_source(), doctor, make_organisation(), picture, notice, enquiry]
    rows += [Clinic.objects.create(name="Pune", city="Pune"), treatment.revisions.get(), treatment.sections.get()]
    link = ReviewLink(revision=treatment.revisions.get(), practitioner=doctor, expires_at=timezone.now())
    link.save()
    gone = throw_away(add_section(treatment, "evidence", "Gone.").section, by=None)
    rows += [Helpful.objects.create(path="/"), Synonyms.objects.create(terms="needles, microneedling")]
    rows += [Term.objects.create(term="Dermis", definition="the layer under the surface.")]
    rows += [LinkCheck.objects.create(url="https://example.org/", checked_at=timezone.now())]
    rule = AdvertisingRule.objects.create(words="miracle", reason="Nobody may promise one.")
    rows += [
        rule,
        KeptWords.objects.create(rule=rule, page="treatment.1", text="A miracle.", digest="d", reason="Why."),
    ]
    rows += [gone, link, Mail.objects.create(kind=LINK_MAIL, key=str(link.pk))]
    rows += [Event.objects.create(enquiry=enquiry, what=Deed.values[0])]
    other = User.objects.create(username="other@example.org", email="other@example.org", is_staff=True)
    rows += [other, EmailAddress.objects.create(user=other, email="o@example.org")]
    rows += [Authenticator.objects.create(user=other, type="totp", data={})]
    return {f"{row._meta.app_label}_{row._meta.model_name}": row.pk for row in rows}


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_and_presses_what_the_table_says_and_nothing_else(role, keys, monkeypatch):
    client, wrong = staff_client(role), []
    for name, route in named():
        kind, address = entry(name)
        path = "/admin/" + route.replace("<path:object_id>", str(keys[kind])).replace("<id>", str(keys[kind]))
        for method, expected in zip(("get", "post"), allowed(TABLE[kind][address]), strict=True):
            with monkeypatch.context() as patched:
                if role not in DRAWN_FOR[method] or (method == "post" and address in NO_FORMS):
                    patched.setattr(TemplateResponse, "rendered_content", "")
                status = getattr(client, method)(path + NEEDS.get(address, "")).status_code
            assert status < 500, (method, path, status)
            if (status not in (403, 404, 405)) is not (LETTERS[Role(role)] in expected):
                wrong.append(f"{role} {method} {path}: {status}")
    assert wrong == []


def allowed(entry: str) -> tuple[str, str]:
    opens, slash, presses = entry.partition("/")
    return opens, presses if slash else opens


def test_other_methods_are_refused_everywhere(keys, manager):
    for (name, route), method in zip(named(), cycle(("put", "patch", "delete")), strict=False):
        path = "/admin/" + route.replace("<path:object_id>", str(keys[entry(name)[0]])).replace("<id>", "1")
        assert getattr(manager, method)(path).status_code == 405, (method, path)


@pytest.mark.parametrize("role", Role.values)
def test_the_way_to_the_public_page_asks_for_permission_and_tells_no_secret(role, keys):
    client = staff_client(role)
    expected = {"treatment": 403 if role == "desk" else 302, "revision": 404, "reviewlink": 404, "change": 404}

    for model, status in expected.items():
        kind = ContentType.objects.get(app_label="treatments", model=model)
        assert client.get(f"/admin/r/{kind.pk}/{keys.get(f'treatments_{model}', 1)}/").status_code == status, model
    assert client.get("/admin/r/999999/1/").status_code == 404


@pytest.mark.parametrize("role", Role.values)
def test_names_of_things_are_told_to_those_who_may_see_the_things(role, keys):
    asked = "/admin/autocomplete/?app_label=treatments&model_name=section&field_name=treatment"

    assert staff_client(role).get(asked).status_code == (403 if role == "desk" else 200)


@pytest.mark.parametrize("role", Role.values)
def test_a_warning_is_passed_over_by_those_who_may_write_the_page(role, keys):
    client, where = staff_client(role), "/admin/treatments/advertisingrule/keep/"

    assert client.get(where).status_code == 405
    answer = client.post(where, {"page": f"treatment.{keys['treatments_treatment']}"})
    assert answer.status_code == (302 if LETTERS[Role(role)] in "EM" else 403)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("room, letters", [("treatments", "ERM"), ("enquiries", "DM"), ("auth", "M"), ("mfa", "")])
def test_a_room_opens_to_those_who_have_something_in_it(role, room, letters, db):
    opens = staff_client(role).get(f"/admin/{room}/").status_code == 200

    assert opens is (LETTERS[Role(role)] in letters)


def test_a_new_role_may_do_nothing(keys):
    client = staff_client("desk")
    client.user.groups.clear()

    for name, route in named():
        path = "/admin/" + route.replace("<path:object_id>", str(keys[entry(name)[0]])).replace("<id>", "1")
        assert client.get(path).status_code in (403, 404), path


# Nobody hands out what they do not have.


def change_user(client, user, **answers):
    address = f"/admin/auth/user/{user.pk}/change/"
    values = Form(client.get(address)).values
    values.pop("groups", None)
    answer = client.post(address, values | answers)
    user.refresh_from_db()
    return answer


def test_a_manager_hands_out_the_roles_that_hold_nothing_more_than_their_own(manager):
    expected = {role for role in Role if ROLES[role] <= ROLES[Role.MANAGER]}

    assert {group.name for group in grantable(manager.user)} == {str(role) for role in expected}
    assert Role.MANAGER in expected and Role.EDITOR in expected


def test_a_role_with_a_right_that_a_manager_lacks_cannot_be_handed_out(manager):
    user = User.objects.create(username="new@example.org", email="new@example.org", is_staff=True)
    group = Group.objects.get(name="desk")
    group.permissions.add(Permission.objects.get(codename="delete_user"))

    change_user(manager, user, groups=[group.pk])
    change_user(manager, manager.user, groups=[*manager.user.groups.values_list("pk", flat=True), group.pk])

    assert not user.groups.exists()
    assert [one.name for one in manager.user.groups.all()] == ["manager"]


@pytest.mark.parametrize("field", ["is_superuser", "user_permissions", "is_staff"])
def test_a_form_that_asks_for_more_is_not_heard(manager, field):
    user = User.objects.create(username="new@example.org", email="new@example.org")
    wanted = Permission.objects.get(codename="delete_user").pk

    change_user(manager, user, **{field: [wanted] if field == "user_permissions" else "on"})

    assert not (user.is_superuser or user.is_staff or user.user_permissions.exists())


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("how", ["superuser", "permission", "role"])
def test_an_account_that_may_do_more_is_out_of_reach(manager, how, closed):
    """Neither its roles nor its password, nor opening it again while it is closed."""
    user = User.objects.create(username="chief@example.org", is_staff=True, is_active=not closed)
    right = Permission.objects.get(codename="delete_user")
    if how == "superuser":
        User.objects.filter(pk=user.pk).update(is_superuser=True)
    elif how == "permission":
        user.user_permissions.add(right)
    else:
        group = Group.objects.create(name="chief")
        group.permissions.add(right)
        user.groups.add(group)

    assert manager.post(f"/admin/auth/user/{user.pk}/change/", {"is_active": "on"}).status_code == 403
    words = {"password1": "seven green mangoes", "password2": "seven green mangoes", "usable_password": "true"}
    assert manager.post(f"/admin/auth/user/{user.pk}/password/", words).status_code == 403


def test_a_new_account_has_no_role_until_it_is_given_one(manager):
    words = {"email": "new@example.org", "password1": "seven green mangoes", "password2": "seven green mangoes"}

    manager.post("/admin/auth/user/add/", words | {"groups": [1, 2, 3, 4], "is_superuser": "on"})

    user = User.objects.get(username="new@example.org")
    assert not user.groups.exists() and not user.is_superuser
