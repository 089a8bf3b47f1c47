"""An editor in a process of its own: reads `[verb, arguments]` a line, does it, and says when it was committed."""

import json
import os
import sys
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosma.settings")
django.setup()

from django.db import connection  # noqa: E402

from tests import factories  # noqa: E402
from treatments.models import Organisation, Treatment, freeze  # noqa: E402
from treatments.models.publishing import withdraw  # noqa: E402


def make(slug: str, words: str) -> float:
    """A treatment whose words are `words` in several places of its page, published."""
    treatment = Treatment.objects.filter(slug=slug).first() or factories.make_treatment(slug)
    return write(treatment, words)


def write(treatment: Treatment, words: str, **publication) -> float:
    treatment.heading, treatment.summary = f"First {words}", f"Second {words}"
    treatment.save(update_fields=["heading", "summary"])
    for section in treatment.sections.all():
        section.statements.update(text=f"Third {words}.\n\nFourth {words}.")
    freeze(treatment, by=None).publish(by=None, **publication)
    return time.time()


def publish(slug: str, words: str, at: float = 0) -> float:
    moment = datetime.fromtimestamp(at, UTC) if at else None
    return write(Treatment.objects.get(slug=slug), words, at=moment)


def take_away(slug: str) -> float:
    withdraw(Treatment.objects.get(slug=slug), by=None)
    return time.time()


def rename_clinic(name: str) -> float:
    """As a bulk edit: no verb and no save() runs."""
    Organisation.objects.update(name=name)
    return time.time()


VERBS = {verb.__name__: verb for verb in (make, publish, take_away, rename_clinic)}

if __name__ == "__main__":
    for line in sys.stdin:
        verb, arguments = json.loads(line)
        try:
            answer = ["done", VERBS[verb](**arguments)]
            connection.close()  # the server may be another one next time
        except Exception as error:
            connection.close()
            answer = ["failed", repr(error)]
        print(json.dumps(answer), flush=True)
