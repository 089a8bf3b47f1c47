"""What search looks through: an entry for each part of each page that patients read or soon will, and its words.

`publish` and `withdraw` keep it in their own transaction; whether a page is live is asked when somebody searches.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from treatments import indexing, vocabulary

MANY = 5000


class SearchEntryQuerySet(models.QuerySet):
    def live(self, *, at):
        """Parts of pages that patients may read at that moment."""
        publications = apps.get_model("treatments", "Publication").objects.shown(at=at)
        return self.filter(Exists(publications.filter(revision=OuterRef("revision"))))


class SearchEntry(models.Model):
    """A part of a page as search finds and shows it."""

    revision = models.ForeignKey("treatments.Revision", models.CASCADE, related_name="search_entries")
    rank = models.PositiveSmallIntegerField()
    page_name = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    text = models.TextField()
    title_words = models.TextField()
    all_words = models.TextField()
    form = models.PositiveSmallIntegerField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [models.Index(fields=["rank", "id"], name="search_entry_rank")]

    def __str__(self):
        return f"{self.page_name}: {self.title}"


class SearchWord(models.Model):
    """A word that stands on some page, for whoever mistypes it."""

    word = models.CharField(max_length=vocabulary.LONGEST, unique=True)
    stem = models.CharField(max_length=vocabulary.LONGEST, db_index=True)

    def __str__(self):
        return self.word


class Synonyms(models.Model):
    """Words that mean the same to somebody who searches."""

    terms = models.TextField(
        "words that mean the same",
        help_text="One a line: the plain word, the medical word, the short form. Each finds the pages of the others.",
    )

    class Meta:
        ordering = ["terms"]
        verbose_name = verbose_name_plural = "words that mean the same"

    def __str__(self):
        return ", ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.terms.splitlines() if line.strip()]

    def clean(self):
        if len({tuple(vocabulary.stems(line)) for line in self.lines} - {()}) < 2:
            raise ValidationError({"terms": "Write at least two different words or phrases, one a line."})


def search_follows(revisions) -> None:
    """After something was published or withdrawn, in the same transaction. `revisions` are all of that page."""
    to_be_read = live_or_planned(revisions, at=timezone.now())
    write(list(unknown(to_be_read)))
    forget(revisions, but=to_be_read)


def live_or_planned(revisions, *, at):
    """Those that patients may read at that moment, or later if nobody changes a plan."""
    publications = apps.get_model("treatments", "Publication").objects.not_cancelled()
    to_be_read = publications.filter(Q(live_until__isnull=True) | Q(live_until__gt=at), revision=OuterRef("pk"))
    return revisions.filter(Exists(to_be_read))


def unknown(revisions):
    """Those that search does not know, or knows in an older form."""
    return revisions.exclude(search_entries__form=vocabulary.FORM)


def forget(revisions, *, but) -> None:
    SearchEntry.objects.filter(revision__in=revisions).exclude(revision__in=but.values("pk")).delete()


@transaction.atomic
def write(revisions: list) -> set[str]:
    """Writes anew what search knows of them, and returns the words that stand there."""
    SearchEntry.objects.filter(revision__in=revisions).delete()
    rows = [row for revision in revisions for row in rows_of(revision)]
    SearchEntry.objects.bulk_create(rows, batch_size=500)
    return keep_words(rows)


def rows_of(revision) -> Iterator[SearchEntry]:
    page = revision.page
    address, name = indexing.address(page), indexing.page_name(page)
    for entry in indexing.entries(page):
        title_words = vocabulary.stems(f"{entry.title} {entry.also}")
        yield SearchEntry(
            revision=revision,
            rank=entry.rank,
            page_name=name,
            path=address + entry.place,
            title=entry.title,
            text=entry.text,
            title_words=" ".join(title_words),
            all_words=" ".join([*title_words, *vocabulary.stems(name), *vocabulary.stems(entry.text)]),
            form=vocabulary.FORM,
        )


def keep_words(rows: list[SearchEntry]) -> set[str]:
    """In their order, so that two who publish at once never wait for each other in a circle."""
    found = {word for row in rows for word in plain_words(f"{row.page_name} {row.title} {row.text}")}
    few = SearchWord.objects.filter(word__in=found) if len(found) < MANY else SearchWord.objects
    new = sorted(found.difference(few.values_list("word", flat=True)))
    rows_of_words = [SearchWord(word=word, stem=vocabulary.stem(word)) for word in new]
    SearchWord.objects.bulk_create(rows_of_words, ignore_conflicts=True, batch_size=500)
    return found


def plain_words(text: str) -> set[str]:
    """Without numbers: nobody is helped by another number than the one they typed."""
    return {word.plain for word in vocabulary.words(text) if not any(map(str.isdigit, word.plain))}
