"""The lists of a treatment, in the order in which a patient meets them."""

from django.core.exceptions import ValidationError

from treatments import models
from treatments.admin.forms import DraftForm, PartInline


class Agents(PartInline):
    model = models.Agent
    verbose_name, verbose_name_plural = "ingredient", "Ingredients"
    fields = (
        ("name", "agent_class"),
        "role_claimed",
        "evidence",
        ("approval_india", "approval_other"),
        "warning",
    )


class Indications(PartInline):
    model = models.Indication
    verbose_name, verbose_name_plural = "use", "What it is used for"
    fields = (("name", "concern"), "aim", "evidence")


class Contraindications(PartInline):
    model = models.Contraindication
    verbose_name_plural = "Who should not have it"
    fields = (("name_plain", "name_medical"), ("severity", "origin"), "reason", "what_to_do")


class SideEffects(PartInline):
    model = models.SideEffect
    verbose_name_plural = "Side effects"
    fields = (
        ("name_plain", "name_medical"),
        "text",
        ("band", "stated_as"),
        ("rate_x", "rate_n"),
        "source",
        ("onset_hours_min", "onset_hours_max"),
        ("duration_hours_min", "duration_hours_max"),
        ("serious", "care_level"),
        "warning_sign",
        "what_to_do",
    )


class Steps(PartInline):
    model = models.Step
    verbose_name_plural = "Steps before, during and after"
    fields = (("phase", "title"), "text")


class Aftercare(PartInline):
    model = models.AftercareItem
    verbose_name_plural = "Aftercare: do and do not"
    fields = (("kind", "text"), ("from_hours", "until_hours"), "reason")


class Healing(PartInline):
    model = models.HealingStage
    verbose_name_plural = "Healing, hour by hour"
    fields = (("from_hours", "until_hours"), "text")


class Price(PartInline):
    model = models.Price
    ordered = False
    verbose_name_plural = verbose_name = "price"
    related = ("treatment",)
    fields = (("min", "max", "per"), "factors", "includes", "excludes", ("tax_included", "checked_on"))


class Products(PartInline):
    model = models.Product
    verbose_name_plural = "Products and their licences"
    fields = (("brand", "maker"), ("licence_number", "licensed_use"), "checked_on")


class Devices(PartInline):
    model = models.Device
    verbose_name_plural = "Devices"
    fields = ("name", "ce_mark", "india_registration")


class AlternativeForm(DraftForm):
    def clean_other(self):
        """Django leaves out constraints that name the page a row belongs to."""
        other = self.cleaned_data["other"]
        if other.pk == self.instance.treatment_id:
            raise ValidationError("A treatment cannot be its own alternative.")
        return other


class Alternatives(PartInline):
    model = models.Alternative
    form = AlternativeForm
    verbose_name_plural = "Treatments beside this one"
    fk_name = "treatment"
    fields = ("other",)
    related = ("other",)


class ComparisonFacts(PartInline):
    model = models.ComparisonFact
    verbose_name, verbose_name_plural = "row", "Rows of the comparison"
    fields = ("attribute", ("text", "unknown"), "evidence")


class Questions(PartInline):
    model = models.Question
    verbose_name_plural = "Common questions"
    fieldsets = (
        (None, {"fields": ("question", "answer", ("anchor", "evidence"))}),
        ("For staff: the clinic's facts", {"fields": ("facts",)}),
    )


class Pictures(PartInline):
    model = models.PlacedPicture
    ordered = False
    verbose_name, verbose_name_plural = "picture", "Pictures"
    fields = (("anchor", "picture"), "alt", "decorative", "caption")
    related = ("picture",)


class ConcernLines(PartInline):
    model = models.ConcernLine
    starts_open = rows_open = True
    verbose_name, verbose_name_plural = "treatment", "Treatments used for it"
    fields = (("treatment", "evidence"), "text")
    related = ("treatment", "concern")


class SitePageSections(PartInline):
    model = models.SitePageSection
    starts_open = True
    verbose_name, verbose_name_plural = "section", "Sections of the page"
    fields = (("heading", "anchor"), "text")


class Statements(PartInline):
    model = models.Statement
    starts_open = rows_open = True
    verbose_name_plural = "Statements"
    fieldsets = (
        (None, {"fields": ("label", "text", ("said_by", "strength", "evidence"))}),
        ("For staff: verdict, reason, the clinic's facts", {"fields": ("verdict", "qualification", "facts")}),
    )


OF_A_TREATMENT = (
    Agents,
    Indications,
    Contraindications,
    SideEffects,
    Steps,
    Aftercare,
    Healing,
    Price,
    Products,
    Devices,
    Alternatives,
    ComparisonFacts,
    Questions,
    Pictures,
)
