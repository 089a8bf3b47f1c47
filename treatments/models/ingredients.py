from django.db import models

from treatments.choices import AgentClass, Approval, Evidence
from treatments.models.prose import ProseField
from treatments.models.treatment import Treatment


class Agent(models.Model):
    """Something that is injected, with what is known of its approval."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="agents")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80)
    agent_class = models.CharField("class", max_length=20, choices=AgentClass)
    role_claimed = ProseField("what it is said to do", blank=True)
    evidence = models.CharField("evidence label", max_length=20, choices=Evidence, blank=True)
    approval_india = models.CharField("approval in India", max_length=20, choices=Approval, default=Approval.UNKNOWN)
    approval_other = ProseField("approval elsewhere", blank=True)
    warning = ProseField(blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "name"],
                name="each_ingredient_is_listed_once",
                violation_error_message="This ingredient is already in the list.",
            )
        ]

    def __str__(self):
        return self.name


class Product(models.Model):
    """A product the clinic uses. Only one with a licence number may be called approved."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="products")
    position = models.PositiveSmallIntegerField(default=0)
    brand = models.CharField(max_length=80)
    maker = models.CharField(max_length=80, blank=True)
    licence_number = models.CharField(max_length=80, blank=True)
    licensed_use = models.CharField(
        "licensed for",
        max_length=160,
        blank=True,
        help_text="Needs the licence number: 'approved' rests on it.",
    )
    checked_on = models.DateField("last checked", null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(licensed_use="") | ~models.Q(licence_number=""),
                name="approved_only_with_a_licence_number",
                violation_error_message="Give the licence number before saying what the product is licensed for.",
            )
        ]

    def __str__(self):
        return self.brand


class Device(models.Model):
    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="devices")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80)
    ce_mark = models.BooleanField("CE mark", default=False)
    india_registration = models.CharField("Indian registration", max_length=80, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name
