"""Dull, valid things to test with. Each takes what a test cares about and makes up the rest."""

import hashlib
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from treatments import choices
from treatments.models import (
    Clinic,
    Concern,
    Organisation,
    Picture,
    PlacedPicture,
    Practitioner,
    Price,
    Revision,
    SitePage,
    Source,
    Statement,
    Term,
    Treatment,
    freeze,
)
from treatments.models.signing import sign


def make_editor(email="editor@example.org", **fields) -> User:
    return User.objects.create_user(email, email, is_staff=True, **fields)


def make_doctor(**fields) -> Practitioner:
    registered = {"name": "Asha Rao", "degree": "MD", "council": "A council", "registration_number": "12345"}
    return made(Practitioner, registered | fields)


def make_clinic(name="North", *, doctors=(), **fields) -> Clinic:
    clinic = made(Clinic, {"name": name, "city": "Mumbai", "shown": True} | fields)
    clinic.practitioners.set(doctors)
    return clinic


def make_organisation(**fields) -> Organisation:
    return made(Organisation, {"name": "Cosma Beauty"} | fields)


def make_source(key="trial", **fields) -> Source:
    return made(Source, {"key": key, "title": "A small trial", "kind": choices.SourceKind.TRIAL} | fields)


def make_term(term="Dermis", definition="the layer under the surface.", **fields) -> Term:
    return made(Term, {"term": term, "definition": definition} | fields)


def make_treatment(slug="needling", *, text="Small needles go into the skin.", **fields) -> Treatment:
    """With one section, one statement and no price."""
    plain = {
        "name": slug.capitalize(),
        "heading": f"{slug.capitalize()} in plain words",
        "summary": "Small needles go into the skin.",
        "procedure_type": choices.ProcedureType.PERCUTANEOUS,
    }
    treatment = made(Treatment, {"slug": slug} | plain | fields)
    add_section(treatment, "overview", text)
    return treatment


def add_section(treatment: Treatment, anchor: str, text: str, **fields) -> Statement:
    section = treatment.sections.create(anchor=anchor, heading="A part of the page")
    return made(Statement, {"section": section, "text": text} | fields)


def add_price(treatment: Treatment, **fields) -> Price:
    return made(Price, {"treatment": treatment, "min": 3000, "max": 15000, "factors": "The doctor"} | fields)


def make_concern(slug="dull-skin", **fields) -> Concern:
    return made(Concern, {"slug": slug, "name": "Dull skin", "summary": "Skin that looks tired."} | fields)


def make_site_page(slug="about", *, text="We write plainly.", **fields) -> SitePage:
    page = made(SitePage, {"slug": slug, "title": "About us", "summary": "Who we are."} | fields)
    page.sections.create(anchor="who-we-are", heading="Who we are", text=text)
    return page


def make_picture(title="A room", **fields) -> Picture:
    """A row without files: for tests that ask only what refers to it."""
    key = hashlib.sha256(title.encode()).hexdigest()
    plain = {"key": key[:20], "source": key, "widths": [400, 800], "width": 800, "height": 600}
    return made(Picture, {"title": title} | plain | fields)


def place_picture(treatment: Treatment, picture: Picture, anchor="overview", alt="A bright room", **fields):
    return made(PlacedPicture, {"treatment": treatment, "picture": picture, "anchor": anchor, "alt": alt} | fields)


def made(model, fields: dict):
    """A row that staff could have saved; of its constraints the database has the last word anyway."""
    row = model(**fields)
    row.full_clean(validate_constraints=False)
    row.save()
    return row


def publish(subject, *, by=None, at=None, signed_by=None) -> Revision:
    """Freezes the draft and shows it to patients from `at` on, with all that happens once it is stored."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        revision = freeze(subject, by=by)
        if signed_by:
            sign(revision, signed_by, rendered_text="The words as the doctor read them.")
        revision.publish(by=by, at=at or timezone.now())
    return revision


@contextmanager
def undone():
    """What happens inside leaves the database as it was, so that one opened form serves a whole table of cases."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
