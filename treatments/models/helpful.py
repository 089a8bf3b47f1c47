from django.db import models, transaction
from django.db.models import F


class HelpfulQuerySet(models.QuerySet):
    @transaction.atomic
    def count_one(self, path: str, *, helped: bool) -> None:
        name = "yes" if helped else "no"
        answer, _ = self.get_or_create(path=path)
        self.filter(pk=answer.pk).update(**{name: F(name) + 1})


class Helpful(models.Model):
    """How many readers said that a page helped them, and how many that it did not. Nothing about who they are."""

    path = models.CharField("page", max_length=200, unique=True)
    yes = models.PositiveIntegerField("helped", default=0)
    no = models.PositiveIntegerField("did not help", default=0)

    objects = HelpfulQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "helpful or not"
        ordering = ["-no", "path"]

    def __str__(self):
        return f"{self.path}: {self.yes} yes, {self.no} no"

    def get_absolute_url(self):
        return self.path
