"""Text columns of the draft: Markdown that names sources and facts, and short lists with one item a line."""

from django.core.exceptions import ValidationError
from django.db import models

from treatments import facts, markup


def refuse_unknown_names(text: str, known_facts: tuple[str, ...]) -> None:
    """A source or fact that is not there is refused, with the list of those that are."""
    from treatments.models.evidence import Source  # the field is used by modules that Source imports

    unknown_facts = sorted(markup.named_facts(text) - set(known_facts))
    if unknown_facts:
        raise ValidationError(
            "There is no fact called %(names)s. Known facts: %(known)s.",
            code="unknown_fact",
            params={"names": braced(unknown_facts), "known": braced(known_facts)},
        )
    cited = markup.cited_sources(text)
    known = set(Source.objects.filter(key__in=cited).values_list("key", flat=True)) if cited else set()
    if cited - known:
        keys = Source.objects.order_by("key").values_list("key", flat=True)
        raise ValidationError(
            "There is no source called %(names)s. Known sources: %(known)s.",
            code="unknown_source",
            params={"names": ", ".join(sorted(cited - known)), "known": ", ".join(keys) or "none yet"},
        )


def refuse_unfinished_names(text: str) -> None:
    unfinished = markup.unfinished_names(text)
    if unfinished:
        raise ValidationError(
            "%(names)s names no source and no fact. A source is written [@key], a fact {name} in small letters.",
            code="unfinished_name",
            params={"names": ", ".join(unfinished)},
        )


def refuse_strange_addresses(text: str) -> None:
    addresses = markup.strange_addresses(text)
    if addresses:
        raise ValidationError(
            "A link cannot lead to %(addresses)s. Begin its address with https://, or with / for a page of this site.",
            code="strange_address",
            params={"addresses": ", ".join(addresses)},
        )


def refuse_citations(text: str) -> None:
    """On a page that has no list of sources a number would lead nowhere."""
    cited = markup.cited_sources(text)
    if cited:
        raise ValidationError(
            "This page has no list of sources. Write a link in place of %(names)s: [words](https://...).",
            code="no_sources_here",
            params={"names": ", ".join(f"[@{key}]" for key in sorted(cited))},
        )


def braced(names) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


class ProseField(models.TextField):
    """Small Markdown with `[@source]` and `{fact}`; never HTML.

    `facts` are the names that its page can fill in; `sources` says whether the page lists what it cites.
    """

    def __init__(self, *args, facts: tuple[str, ...] = facts.NAMES, sources: bool = True, **kwargs):
        super().__init__(*args, **kwargs)
        self.facts, self.sources = facts, sources

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not self.sources:
            refuse_citations(value)
        refuse_unknown_names(value, self.facts)
        refuse_unfinished_names(value)
        refuse_strange_addresses(value)


class LinesField(models.TextField):
    """A short list, one item a line."""
