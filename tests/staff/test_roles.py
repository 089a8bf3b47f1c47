from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import get_resolver

from cosma import roles
from cosma.accounts import StaffBackend
from tests.factories import (
    make_concern,
    make_doctor,
    make_editor,
    make_organisation,
    make_site_page,
    make_source,
    make_treatment,
    publish,
)
from tests.shelf import shelved
from tests.staff.people import Form, make_staff, staff_client
from treatments.models import Organisation, Treatment

MODELS = ("treatment", "concern", "sitepage", "section", "source", "clinic", "practitioner", "revision", "organisation")


@shelved
def rows():
    """One of each kind."""
    make_concern(), make_site_page(), make_source(), make_doctor(), make_organisation()
    return publish(make_treatment())


def admin_addresses() -> list[str]:
    """Every address under /admin/ that takes no more than a key, with 1 for the key."""
    patterns = get_resolver().reverse_dict.getlist
    names = {key for key in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(key, str)}
    assert patterns and names
    from django.urls import NoReverseMatch, reverse

    found = set()
    for name in names:
        for arguments in ([], ["1"]):
            try:
                found.add(reverse(f"admin:{name}", args=arguments))
            except NoReverseMatch:
                continue
    return sorted(found - {reverse("admin:login")})


def test_every_name_of_a_permission_is_one(db):
    for names in roles.ROLES.values():
        assert roles.permissions(names).count() == len(names)


def test_making_the_roles_again_changes_nothing(db):
    Group.objects.all().delete()
    roles.establish()
    before = {group.name: set(group.permissions.values_list("pk", flat=True)) for group in Group.objects.all()}
    Group.objects.get(name="editor").permissions.set(Permission.objects.all()[:3])

    roles.establish()

    assert {group.name: set(group.permissions.values_list("pk", flat=True)) for group in Group.objects.all()} == before
    assert set(before) == {"editor", "reviewer", "desk", "manager"}


def test_accounts_hold_what_django_says_they_hold(db):
    editor, _ = make_staff("editor")
    editor.user_permissions.add(Permission.objects.get(codename="delete_user"))
    both, _ = make_staff("desk")
    both.groups.add(Group.objects.get(name="reviewer"))
    closed, _ = make_staff("manager")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    make_editor("another@example.org")
    User.objects.create(username="chief@example.org", is_superuser=True)

    for user, same in zip(User.objects.all(), User.objects.all(), strict=True):
        assert StaffBackend().get_all_permissions(user) == ModelBackend().get_all_permissions(same), user


def test_three_queries_say_who_asks_and_what_they_may_do(editor, django_assert_num_queries):
    address = "/admin/treatments/synonyms/add/"
    editor.get(address)  # what never changes is asked for once
    with django_assert_num_queries(3):
        assert editor.get(address).status_code == 200


def test_strangers_see_nothing_but_the_login(rows):
    addresses = admin_addresses()
    assert len(addresses) > 50
    for address in addresses:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(address)
            assert answer.status_code in (302, 405), (method, address)
            assert answer.status_code == 405 or answer.headers["Location"].startswith(("/admin/login/", "/admin/"))


def test_the_desk_sees_no_drafts(rows):
    client = staff_client("desk")

    for model in MODELS:
        assert client.get(f"/admin/treatments/{model}/").status_code == 403, model
        assert client.get(f"/admin/treatments/{model}/1/change/").status_code in (302, 403), model
    assert "Treatments" not in client.get("/admin/").content.decode()


def test_a_reviewer_reads_everything_and_changes_nothing(rows):
    client = staff_client("reviewer")
    treatment = Treatment.objects.get()

    for model in MODELS:
        assert client.get(f"/admin/treatments/{model}/", follow=True).status_code == 200, model
        assert client.get(f"/admin/treatments/{model}/add/").status_code == 403, model
    address = f"/admin/treatments/treatment/{treatment.pk}/change/"
    page = client.get(address)
    assert (
        "Small needles"
        in client.get(f"/admin/treatments/section/{treatment.sections.get().pk}/change/").content.decode()
    )
    assert 'name="_save"' not in page.content.decode()
    assert client.post(address, {"name": "Changed"}).status_code == 403
    assert client.post(f"/admin/treatments/treatment/{treatment.pk}/delete/", {"post": "yes"}).status_code == 403
    treatment.refresh_from_db()
    assert treatment.name == "Needling"


def test_an_editor_writes_content_and_leaves_the_organisation_alone(rows):
    client = staff_client("editor")

    for model in ("treatment", "concern", "sitepage", "section", "source", "clinic", "practitioner"):
        assert client.get(f"/admin/treatments/{model}/add/").status_code == 200, model
    organisation = Organisation.objects.get()
    assert client.post(f"/admin/treatments/organisation/{organisation.pk}/change/", {"name": "X"}).status_code == 403
    assert client.get("/admin/auth/user/").status_code == 403


def test_there_is_one_organisation_and_its_list_is_its_form(rows, manager):
    organisation = Organisation.objects.get()
    address = f"/admin/treatments/organisation/{organisation.pk}/change/"

    assert manager.get("/admin/treatments/organisation/").headers["Location"] == address
    assert manager.get("/admin/treatments/organisation/add/").status_code == 403
    assert manager.get(f"/admin/treatments/organisation/{organisation.pk}/delete/").status_code == 403
    manager.post(address, Form(manager.get(address)).values | {"name": "Cosma Beauty Pune"})
    assert Organisation.objects.get().name == "Cosma Beauty Pune"


def test_a_manager_makes_an_account_that_must_set_up_a_second_factor(manager):
    form = Form(manager.get("/admin/auth/user/add/"))
    words = {"email": "New@Example.org", "password1": "seven green mangoes", "password2": "seven green mangoes"}

    manager.post("/admin/auth/user/add/", form.values | words)

    user = User.objects.get(username="new@example.org")
    assert (user.email, user.is_staff, user.is_superuser) == ("new@example.org", True, False)
    client = Client()
    client.post("/accounts/login/", {"login": "new@example.org", "password": "seven green mangoes"})
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/accounts/reauthenticate/"


def test_an_address_has_one_account(manager):
    form = Form(manager.get("/admin/auth/user/add/"))
    words = {"email": "MANAGER@example.org", "password1": "seven green mangoes", "password2": "seven green mangoes"}

    page = manager.post("/admin/auth/user/add/", form.values | words)

    assert "an account with this address already" in page.content.decode()


def test_a_manager_gives_roles_and_nothing_beyond_them(manager):
    user, _ = make_staff("editor")
    address = f"/admin/auth/user/{user.pk}/change/"
    desk = Group.objects.get(name="desk")

    manager.post(
        address, Form(manager.get(address)).values | {"groups": [desk.pk], "is_superuser": "on", "is_staff": "on"}
    )

    user.refresh_from_db()
    assert [group.name for group in user.groups.all()] == ["desk"]
    assert not user.is_superuser
    assert manager.get(f"/admin/auth/user/{user.pk}/delete/").status_code == 403


def test_closing_an_account_ends_what_is_open(manager):
    user, _ = make_staff("editor")
    client = Client()
    client.force_login(user)
    address = f"/admin/auth/user/{user.pk}/change/"
    form = Form(manager.get(address))
    form.values.pop("is_active")

    manager.post(address, form.values)

    assert client.get("/admin/").status_code == 302
