import pytest
from django.db import models
from django.db.migrations import AddConstraint, AddField, CreateModel, Migration
from django.db.migrations.state import ProjectState
from django.db.utils import ConnectionHandler

from cosma.migrating import CreateModels

KEY = ("id", models.BigAutoField(primary_key=True))
STEPS = [
    CreateModel("Doctor", [KEY, ("name", models.CharField(max_length=20))]),
    CreateModel("Clinic", [KEY, ("head", models.ForeignKey("made_up.doctor", models.PROTECT))]),
    AddField("doctor", "clinics", models.ManyToManyField("made_up.clinic")),
    AddField("doctor", "works_at", models.ForeignKey("made_up.clinic", models.CASCADE, related_name="+", null=True)),
    AddConstraint("doctor", models.UniqueConstraint(fields=["works_at", "name"], name="names_differ_in_a_clinic")),
]


@pytest.fixture
def elsewhere(django_db_blocker):
    connection = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})["default"]
    with django_db_blocker.unblock():
        yield connection
        connection.close()


def tables(connection) -> dict[str, tuple]:
    with connection.cursor() as cursor:
        ask, names = connection.introspection, connection.introspection.table_names(cursor)
        return {name: (ask.get_table_description(cursor, name), ask.get_constraints(cursor, name)) for name in names}


def test_models_that_are_created_at_once_are_what_many_steps_would_make(elsewhere):
    made = []
    for operations in (STEPS, [CreateModels(STEPS)]):
        migration = Migration("0001_initial", "made_up")
        migration.operations = operations
        with elsewhere.schema_editor() as editor:
            migration.apply(ProjectState(), editor)
        made.append(tables(elsewhere))
        with elsewhere.schema_editor() as editor:
            migration.unapply(ProjectState(), editor)
        assert tables(elsewhere) == {}

    assert made[0] == made[1]
    assert set(made[1]) == {"made_up_doctor", "made_up_clinic", "made_up_doctor_clinics"}
    assert "names_differ_in_a_clinic" in made[1]["made_up_doctor"][1]
