"""Clinics and doctors as patients read them, and what crawlers read of them. Pure: asks no database.

They have lists and no pages of their own: all that is recorded of one is a few lines, which a page would say twice.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import phonenumbers
from django.utils.safestring import SafeString

from treatments import jsonld
from treatments.jsonld import Frame, Node
from treatments.review import Review

CLINICS, DOCTORS = "/clinics/", "/practitioners/"
PAGE_SIZE = 50
LINES = re.compile(r"[\s,]*\n\s*")


class House(NamedTuple):
    """Who stands behind the site: what the frame of every page tells of it."""

    organisation: str = ""
    """Its name; empty while there is no record of it."""
    clinics: int = 0
    doctors: int = 0
    """How many are shown."""

    @property
    def lists(self) -> list[tuple[str, str, int]]:
        """Those that have somebody on them: path, name, and how many."""
        both = ((CLINICS, "Clinics", self.clinics), (DOCTORS, "Doctors", self.doctors))
        return [(path, name, count) for path, name, count in both if count]


class Named(NamedTuple):
    """A clinic or a doctor where another one names it."""

    key: int
    name: str
    path: str


class Clinic(NamedTuple):
    key: int
    name: str
    city: str
    street: str
    telephone: str
    dialled: str
    emergency_note: str
    doctors: list[Named]

    @property
    def address(self) -> str:
        return f"{self.street}, {self.city}" if self.street else self.city


class Doctor(NamedTuple):
    key: int
    name: str
    degree: str
    council: str
    registration_number: str
    clinics: list[Named]


def clinic_path(key: int, house: House) -> str:
    """To its place on the list; on a long one, to where the list begins."""
    return f"{CLINICS}#clinic-{key}" if house.clinics <= PAGE_SIZE else CLINICS


def doctor_path(key: int, house: House) -> str:
    return f"{DOCTORS}#doctor-{key}" if house.doctors <= PAGE_SIZE else DOCTORS


def introduced(review: Review | None, house: House) -> Review | None:
    """A review whose doctor can be looked up, where the doctor is on the list."""
    if review is None or review.practitioner is None:
        return review
    return review._replace(path=doctor_path(review.practitioner, house))


def in_one_line(address: str) -> str:
    return LINES.sub(", ", address.strip()).rstrip(" ,")


def readable(phone: str) -> str:
    """`+91 98765 43210`, for reading aloud."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


# What crawlers read


def clinic_list(frame: Frame, clinics: Iterable[Clinic], house: House, *, first: int) -> SafeString:
    return collection(frame, CLINICS, "Clinics", [of_clinic(frame, clinic, house) for clinic in clinics], first)


def doctor_list(frame: Frame, doctors: Iterable[Doctor], house: House, *, first: int) -> SafeString:
    """Each clinic is told once, where the first of its doctors is, and pointed at from the others."""
    told: set[int] = set()
    found = []
    for doctor in doctors:
        found.append(of_doctor(frame, doctor, house) | {"worksFor": list(employers(frame, doctor, told))})
        told |= {clinic.key for clinic in doctor.clinics}
    return collection(frame, DOCTORS, "Doctors", found, first)


def collection(frame: Frame, path: str, name: str, found: list[Node], first: int) -> SafeString:
    crumbs = jsonld.breadcrumbs(frame, ("Home", "/"), (name, path))
    listed = jsonld.item_list(frame, [{"item": node} for node in found], first=first)
    own = jsonld.web_page(
        frame, "CollectionPage", name=name, mainEntity=jsonld.reference(listed), breadcrumb=jsonld.reference(crumbs)
    )
    return jsonld.script([own, listed, crumbs, *jsonld.website(frame), *jsonld.organisation(frame)])


def of_clinic(frame: Frame, clinic: Clinic, house: House) -> Node:
    address = {"@type": "PostalAddress", "streetAddress": clinic.street, "addressLocality": clinic.city}
    return {
        **named_clinic(frame, clinic.key, clinic.name),
        "url": frame.site + clinic_path(clinic.key, house),
        "address": address,
        "telephone": clinic.telephone,
        "parentOrganization": jsonld.publisher(frame),
    }


def of_doctor(frame: Frame, doctor: Doctor, house: House) -> Node:
    return jsonld.doctor(
        frame,
        key=doctor.key,
        path=doctor_path(doctor.key, house),
        name=doctor.name,
        degree=doctor.degree,
        council=doctor.council,
        registration=("Registration number", doctor.registration_number),
    )


def employers(frame: Frame, doctor: Doctor, told: set[int]) -> Iterator[Node]:
    for clinic in doctor.clinics:
        node = named_clinic(frame, clinic.key, clinic.name)
        yield jsonld.reference(node) if clinic.key in told else node


def named_clinic(frame: Frame, key: int, name: str) -> Node:
    return {"@type": "MedicalClinic", "@id": f"{frame.site}{CLINICS}#clinic-{key}", "name": name}
