"""Operations for migrations that spare Django to draw up its models again and again, most of what migrating costs."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations import CreateModel, RunPython
from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """New models, with what is added to them after: their tables are made once all of that is known."""

    reduces_to_sql = True

    def __init__(self, operations: Sequence[Operation]):
        self.operations = operations

    def names(self) -> list[str]:
        return [operation.name for operation in self.operations if isinstance(operation, CreateModel)]

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # or each step would bring it up to date
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for name in self.names():
            model = to_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for name in reversed(self.names()):
            model = from_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def describe(self):
        return f"Create models {', '.join(self.names())}"


class RunOnSchema(RunPython):
    """Code that speaks to the schema alone, and is handed no models."""

    code: Any
    reverse_code: Any

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.code(None, schema_editor)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.reverse_code(None, schema_editor)
