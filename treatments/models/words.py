from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinLengthValidator, RegexValidator
from django.db import models

from treatments import anatomy
from treatments.choices import Evidence, SaidBy, Strength, Verdict
from treatments.models.prose import LinesField, ProseField
from treatments.models.treatment import Treatment

SECTION_CHOICES = [
    (group.heading, [(anchor, anchor.replace("-", " ").capitalize()) for anchor in group.anchors])
    for group in anatomy.GROUPS
    if group.id != "questions"
]
QUESTION_CHOICES = [(anchor, anchor) for anchor in anatomy.QUESTION_ANCHORS]
CLINIC_FACTS = tuple(f"F{number:03}" for number in range(1, 139))
"""The numbers of the list of facts that the clinic asked its pages to carry."""


def refuse_unknown_fact_numbers(text: str) -> None:
    """One that is mistyped would count as carried, and the fact that was meant as missing."""
    unknown = [name for name in text.split() if name not in CLINIC_FACTS]
    if unknown:
        raise ValidationError(
            "The clinic's list has no fact %(names)s. Write numbers from %(first)s to %(last)s, one a line.",
            code="unknown_fact_number",
            params={"names": ", ".join(unknown), "first": CLINIC_FACTS[0], "last": CLINIC_FACTS[-1]},
        )


class Section(models.Model):
    """One part of the page. Its place on the page is fixed by its anchor."""

    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="sections")
    anchor = models.CharField("part of the page", max_length=40, choices=SECTION_CHOICES)
    heading = models.CharField(max_length=80, help_text="Short, key word first. Not a question.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "anchor"],
                name="a_treatment_has_each_section_once",
                violation_error_message="This treatment already has that part.",
            )
        ]

    def __str__(self):
        return self.heading


class Statement(models.Model):
    """One claim: who says it, how sure it is, what it rests on."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="statements")
    position = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=60, blank=True, help_text="Two to four words in bold before the text.")
    text = ProseField(help_text="Cite with [@source], name figures with {sessions}, {price} ...")
    said_by = models.CharField("who says so", max_length=20, choices=SaidBy, default=SaidBy.EDITOR)
    strength = models.CharField(max_length=20, choices=Strength, default=Strength.IS)
    evidence = models.CharField("evidence label", max_length=20, choices=Evidence, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict, blank=True, help_text="For staff.")
    qualification = models.TextField(blank=True, help_text="For staff: why the words are careful.")
    facts = LinesField(
        "clinic's facts",
        blank=True,
        validators=[refuse_unknown_fact_numbers],
        help_text="For staff: F001, one a line.",
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.label or self.text[:60]


class Question(models.Model):
    treatment = models.ForeignKey(Treatment, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    anchor = models.CharField("part of the page", max_length=40, choices=QUESTION_CHOICES, default="faq-more")
    question = models.CharField(
        max_length=150,
        validators=[MinLengthValidator(10), RegexValidator(r"\?$", "End the question with '?'.")],
    )
    answer = ProseField(validators=[MaxLengthValidator(600)])
    evidence = models.CharField("evidence label", max_length=20, choices=Evidence, blank=True)
    facts = LinesField("clinic's facts", blank=True, validators=[refuse_unknown_fact_numbers])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "anchor"],
                condition=~models.Q(anchor="faq-more"),
                name="each_named_question_is_asked_once",
                violation_error_message="This treatment already answers that question.",
            )
        ]

    def __str__(self):
        return self.question
