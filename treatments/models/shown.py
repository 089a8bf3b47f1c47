"""Clinics and doctors that patients read about. Whoever is not shown is nowhere in it."""

from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import FilteredRelation, Q

from treatments import directory
from treatments.directory import House, Named
from treatments.models.directory import Clinic, Degree, Practitioner

HOUSE = """SELECT (SELECT name FROM treatments_organisation),
    (SELECT count(*) FROM treatments_clinic WHERE shown),
    (SELECT count(*) FROM treatments_practitioner WHERE shown)"""


def house() -> House:
    """In one query: every page asks it."""
    with connection.cursor() as cursor:
        cursor.execute(HOUSE)
        organisation, clinics, doctors = cursor.fetchone()
    return House(organisation or "", clinics, doctors)


def clinics(house: House, *, after: int = 0) -> list[directory.Clinic]:
    """One page of their list, with the doctors of each."""
    columns = ("pk", "name", "city", "address", "phone", "emergency_note")
    return [
        directory.Clinic(
            key,
            name,
            city,
            directory.in_one_line(address),
            directory.readable(phone) if phone else "",
            phone,
            emergency_note.strip(),
            [Named(doctor, called, directory.doctor_path(doctor, house)) for doctor, called in others],
        )
        for (key, name, city, address, phone, emergency_note), others in rows(Clinic, "practitioners", columns, after)
    ]


def doctors(house: House, *, after: int = 0) -> list[directory.Doctor]:
    columns = ("pk", "name", "degree", "council", "registration_number")
    return [
        directory.Doctor(
            key,
            name,
            "" if degree == Degree.OTHER else degree,
            council,
            registration_number,
            [Named(clinic, called, directory.clinic_path(clinic, house)) for clinic, called in others],
        )
        for (key, name, degree, council, registration_number), others in rows(Practitioner, "clinics", columns, after)
    ]


def rows(model, related: str, columns: tuple[str, ...], after: int) -> list[tuple[tuple, list[tuple[int, str]]]]:
    """The columns of each row of a page, and key and name of what is shown of its relation. In one query."""
    page = model.objects.filter(shown=True).order_by(*model._meta.ordering, "pk")
    found = model.objects.filter(pk__in=page.values("pk")[after : after + directory.PAGE_SIZE]).annotate(
        other=FilteredRelation(related, condition=Q(**{f"{related}__shown": True}))
    )
    ordered = found.order_by(*model._meta.ordering, "pk", "other__name", "other__pk")
    joined = ordered.values_list(*columns, "other__pk", "other__name")
    return [
        (row, [(other, called) for *_, other, called in lines if other is not None])
        for row, lines in groupby(joined, key=itemgetter(slice(len(columns))))
    ]
