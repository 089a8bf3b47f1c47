"""The lists of clinics and doctors. There is no such page until staff have entered somebody and shown them."""

from collections.abc import Iterator

from django.core.paginator import Page, Paginator
from django.shortcuts import render

from cosma.pagestore import public_page
from treatments import directory
from treatments.directory import House
from treatments.list_views import numbered
from treatments.models import shown
from treatments.views import head


@public_page(parameters=["page"])
def clinics(request):
    house = shown.house()
    page = page_of(request, house.clinics)
    return render(request, "directory/clinics.html", of_clinics(shown.clinics(house, after=before(page)), house, page))


@public_page(parameters=["page"])
def doctors(request):
    house = shown.house()
    page = page_of(request, house.doctors)
    return render(request, "directory/doctors.html", of_doctors(shown.doctors(house, after=before(page)), house, page))


def of_clinics(found: list[directory.Clinic], house: House, page: Page) -> dict:
    context = listing_head(
        directory.CLINICS,
        "Clinics",
        page,
        house,
        title="Clinics: where each one is and how to reach it by phone",
        description="Where each of our clinics is, its telephone number, what to do when it is closed, and which "
        "doctors work there.",
    )
    graph = directory.clinic_list(context["frame"], found, house, first=page.start_index())
    return {**context, "clinics": found, "jsonld": graph}


def of_doctors(found: list[directory.Doctor], house: House, page: Page) -> dict:
    context = listing_head(
        directory.DOCTORS,
        "Doctors",
        page,
        house,
        title="Doctors: their degrees and medical council registrations",
        description="The doctors of our clinics and of our pages. Each with a degree, a medical council and a "
        "registration number, so that you can check them.",
    )
    graph = directory.doctor_list(context["frame"], found, house, first=page.start_index())
    return {**context, "doctors": found, "jsonld": graph}


def first_pages() -> Iterator[dict]:
    """What each list that has somebody on it is sent with."""
    house = shown.house()
    if house.clinics:
        yield of_clinics(shown.clinics(house), house, pages_of(house.clinics).page(1))
    if house.doctors:
        yield of_doctors(shown.doctors(house), house, pages_of(house.doctors).page(1))


def page_of(request, count: int) -> Page:
    return numbered(pages_of(count), request.GET.get("page", 1))


def before(page: Page) -> int:
    """How many stand on the pages before it."""
    return page.start_index() - 1


def pages_of(count: int) -> Paginator:
    """One without anybody is no page."""
    return Paginator(range(count), directory.PAGE_SIZE, allow_empty_first_page=False)


def listing_head(path: str, heading: str, page: Page, house: House, *, title: str, description: str) -> dict:
    further = page.number > 1
    context = head(
        f"{path}?page={page.number}" if further else path,
        title=f"{title}, page {page.number}" if further else title,
        description=f"Page {page.number}. {description}" if further else description,
        house=house,
    )
    return {**context, "cards": page, "current": path, "heading": heading}
