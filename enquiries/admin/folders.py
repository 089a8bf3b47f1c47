"""How the inbox is sorted: by folder, treatment and whom it is assigned to."""

from django.contrib import admin
from django.contrib.auth.models import User

from enquiries.models import Enquiry, State

THOSE_WHO_ANSWER = User.objects.with_perm(
    "enquiries.change_enquiry", backend="django.contrib.auth.backends.ModelBackend"
)


class Folder(admin.SimpleListFilter):
    title = "folder"
    parameter_name = "folder"

    def lookups(self, request, model_admin):
        return [("mine", "Mine"), *State.choices, ("all", "All")]

    def queryset(self, request, queryset):
        chosen = self.value()
        if chosen == "mine":
            return queryset.waiting().filter(assigned_to=request.user)
        if chosen in State.values:
            return queryset.filter(state=chosen)
        # Who acts on chosen rows has seen them, in whatever folder a search found them.
        unfiltered = request.method == "POST" and request.POST.get("select_across") != "1"
        return queryset if chosen == "all" or unfiltered else queryset.waiting()

    def choices(self, changelist):
        """ "Waiting" comes first and is what shows unless another is chosen."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "Waiting"}, *others]


class AboutTreatment(admin.SimpleListFilter):
    title = "treatment"
    parameter_name = "treatment"

    def lookups(self, request, model_admin):
        asked = Enquiry.objects.exclude(treatment_slug="").order_by("treatment_name")
        return [*asked.values_list("treatment_slug", "treatment_name").distinct(), ("none", "Not chosen")]

    def queryset(self, request, queryset):
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(treatment_slug="" if chosen == "none" else chosen)


class AssignedTo(admin.SimpleListFilter):
    title = "assigned to"
    parameter_name = "assigned"

    def lookups(self, request, model_admin):
        return [("nobody", "Nobody"), *((str(user.pk), str(user)) for user in THOSE_WHO_ANSWER.order_by("username"))]

    def queryset(self, request, queryset):
        chosen = self.value()
        if chosen == "nobody":
            return queryset.filter(assigned_to=None)
        return queryset.filter(assigned_to=chosen) if chosen and chosen.isdecimal() else queryset


class Tests(admin.SimpleListFilter):
    """Only offered while there are some."""

    title = "tests"
    parameter_name = "test"

    def lookups(self, request, model_admin):
        return [("yes", "Tests alone"), ("no", "Without tests")]

    def has_output(self):
        return Enquiry.objects.filter(is_test=True).exists()

    def queryset(self, request, queryset):
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(is_test=chosen == "yes")


FILTERS = (Folder, AboutTreatment, AssignedTo, Tests)
NAMES = {filter.parameter_name for filter in FILTERS}
