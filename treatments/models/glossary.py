from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.db import models
from django.db.models.functions import Lower

from treatments import facts
from treatments.models.prose import LinesField, ProseField

LONGEST, MOST_FORMS = 60, 20
"""Of a word and of each of its forms: each is searched for in all drafts."""


class Term(models.Model):
    """A word that patients may not know, with its definition; frozen into each revision that uses it."""

    KEY = "term"

    term = models.CharField(
        "word",
        max_length=LONGEST,
        validators=[MinLengthValidator(2)],
        help_text="As it stands in a text, such as Keloid.",
    )
    also = LinesField(
        "other forms", blank=True, help_text="One a line: the plural, the short form, the other spelling."
    )
    definition = ProseField(
        facts=facts.ANYWHERE,
        validators=[MaxLengthValidator(200)],
        help_text="What it means, in one plain sentence under 20 words. It follows the word and a colon. "
        "Cite with [@source] if it rests on one.",
    )

    class Meta:
        ordering = ["term"]
        verbose_name = "word explained"
        verbose_name_plural = "glossary"
        constraints = [
            models.UniqueConstraint(
                Lower("term"),
                name="each_word_is_explained_once",
                violation_error_message="The glossary explains that word already.",
            )
        ]

    def __str__(self):
        return self.term

    @property
    def forms(self) -> list[str]:
        return [form for line in (self.term, *self.also.splitlines()) if (form := line.strip())]

    def clean(self):
        """A form that two words share would be explained twice; a paste of many pages is no list of forms."""
        if len(self.forms) > MOST_FORMS or any(len(form) > LONGEST for form in self.forms):
            told = f"At most {MOST_FORMS} forms, one a line, each of at most {LONGEST} characters."
            raise ValidationError({"also": told})
        own = {form.casefold() for form in self.forms}
        for other in Term.objects.exclude(pk=self.pk):
            if shared := [form for form in other.forms if form.casefold() in own]:
                raise ValidationError({"also": f"“{shared[0]}” stands in the glossary under {other.term} already."})
