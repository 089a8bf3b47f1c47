"""Find and replace across all drafts: look, choose, read every change, then do it."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from treatments import replacing
from treatments.admin.places import change_url
from treatments.admin.uses import list_name, use
from treatments.replacing import MOST, Moved, Place, Refused, Replacement, Words

NEEDED = [f"treatments.change_{name}" for name in ("treatment", "concern", "sitepage", "statement")]


class WordsForm(forms.Form):
    find = forms.CharField(
        label="Find", min_length=2, max_length=200, help_text="Words as they stand in the text, in any draft."
    )
    replacement = forms.CharField(
        label="Replace with",
        max_length=500,
        required=False,
        help_text="Only if you want to replace them. You see every change before it is made.",
    )
    case = forms.BooleanField(label="Tell capitals from small letters", required=False)
    whole = forms.BooleanField(label="Whole words only", required=False)


def view(model_admin, request):
    """A GET finds; a POST shows each change, or makes them if its button was pressed."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    form = WordsForm(given if "find" in given else None, label_suffix="")
    words = Words(**form.cleaned_data) if form.is_valid() else None
    found = list(replacing.find(words)) if words else []
    context = shown(model_admin, request, form, words, found)
    if words is None or request.method != "POST":
        return TemplateResponse(request, "admin/words.html", context)
    chosen = set(request.POST.getlist("place"))
    if "_replace" in request.POST and make(request, words, [key for key in chosen if key]):
        again = urlencode({"find": words.replacement[:200] or words.find})
        return redirect(f"{reverse('admin:treatments_section_words')}?{again}")
    return TemplateResponse(request, "admin/words_preview.html", context | previewed(found, chosen, words))


def shown(model_admin, request, form: WordsForm, words: Words | None, found: list[Place]) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        "title": "Find and replace",
        "opts": model_admin.opts,
        "form": form,
        "words": words,
        "pages": by_page(found[:MOST]),
        "count": len(found[:MOST]),
        "more": len(found) > MOST,
        "most": MOST,
    }


def by_page(found: list[Place]) -> list[tuple[Any, str, list]]:
    """The page, its address in the admin, and the places on it with the address of each."""
    ordered = sorted(found, key=lambda place: (str(place.subject), place.subject.pk))
    groups = groupby(ordered, key=lambda place: place.subject)
    return [
        (subject, change_url(subject), [(place, edit_url(place)) for place in places]) for subject, places in groups
    ]


def edit_url(place: Place) -> str:
    return use(place.row, list_name(place.row) or place.column.name).url


def previewed(found: list[Place], chosen: set[str], words: Words) -> dict[str, Any]:
    made = [replacing.replacement(place, words) for place in found[:MOST] if place.key in chosen]
    good = [one for one in made if not one.refusal]
    return {
        "title": f"Replace “{words.find}”",
        "ready": [(subject, changes) for subject, changes in grouped(good)],
        "refused": [(one, edit_url(one.place)) for one in made if one.refusal],
        "count": len(good),
        "moved": bool(chosen) and len(made) < len(chosen),
    }


def grouped(made: list[Replacement]):
    ordered = sorted(made, key=lambda one: (str(one.place.subject), one.place.subject.pk))
    for subject, changes in groupby(ordered, key=lambda one: one.place.subject):
        yield subject, list(changes)


def make(request, words: Words, chosen: list[str]) -> bool:
    try:
        made = replacing.replace(chosen, words, by=request.user)
    except (Moved, ValueError, StopIteration):
        told = "A text was changed after you looked at it. Nothing was replaced: read the changes again."
        messages.error(request, told)
        return False
    except Refused as error:
        messages.error(request, f"{error} Nothing was replaced.")
        return False
    pages = len({one.place.subject for one in made})
    told = f"Replaced in {counted(len(made), 'place')} on {counted(pages, 'page')}."
    messages.success(request, f"{told} Patients read it once you publish.")
    return True


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
