"""Content as YAML files: one a treatment, concern or page, in exactly the shape of `content`.

A broken file is refused with its name, line, field and what was expected.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from treatments import content

FOLDERS: dict[str, type[content.Part]] = {
    "treatments": content.Treatment,
    "concerns": content.Concern,
    "pages": content.SitePage,
}
SOURCES, ORGANISATION = "sources.yaml", "organisation.yaml"
LARGEST = 2 * 1024 * 1024
STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


class BrokenFile(Exception):
    """One sentence: file, line, field and what was expected."""

    def __init__(self, path: Path, line: int, problem: str, field: str = ""):
        place = f"{path}, line {line}" + (f", {field}" if field else "")
        super().__init__(f"{place}: {problem}")


class ContentFile:
    """A parsed file that still knows on which line each of its fields stands."""

    def __init__(self, path: Path):
        self.path = path
        self.node = parse(path)
        self.values = yaml.constructor.SafeConstructor().construct_document(self.node)

    def convert(self, kind: Any) -> Any:
        try:
            return msgspec.convert(self.values, kind)
        except msgspec.ValidationError as error:
            problem, _, where = str(error).partition(" - at `")
            raise self.broken(where.rstrip("`") or "$", problem) from None

    def broken(self, where: str, problem: str) -> BrokenFile:
        """`where` is a path such as `$.sections[0].heading`."""
        return BrokenFile(self.path, self.line(where), problem, where.removeprefix("$").removeprefix("."))

    def line(self, where: str) -> int:
        node = self.node
        for name, place in STEP.findall(where):
            found = child(node, name, place)
            if found is None:
                break
            node = found
        return node.start_mark.line + 1


def child(node: yaml.Node, name: str, place: str) -> yaml.Node | None:
    if place and isinstance(node, yaml.SequenceNode):
        return node.value[int(place)] if int(place) < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == name), None)
    return None


def parse(path: Path) -> yaml.Node:
    try:
        text = path.read_bytes()[: LARGEST + 1].decode()
    except OSError as error:
        raise BrokenFile(path, 1, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BrokenFile(path, 1, "is not UTF-8 text") from None
    if len(text) > LARGEST:
        raise BrokenFile(path, 1, f"is larger than {LARGEST} bytes")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BrokenFile(path, mark.line + 1 if mark else 1, f"is not YAML ({reason(error)})") from None
    if node is None:
        raise BrokenFile(path, 1, "is empty")
    refuse_repeated(path, node, seen=set())
    return node


def reason(error: yaml.YAMLError) -> str:
    return getattr(error, "problem", None) or str(error).splitlines()[0]


def refuse_repeated(path: Path, node: yaml.Node, seen: set[int]) -> None:
    """YAML would silently keep the last of two equal keys, and an alias could stand for a very large value."""
    if id(node) in seen:
        raise BrokenFile(path, node.start_mark.line + 1, "uses a YAML alias; write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        for (key, value), place in zip(node.value, range(len(names)), strict=True):
            if key.value in names[:place]:
                raise BrokenFile(path, key.start_mark.line + 1, "is given twice", str(key.value))
            refuse_repeated(path, value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            refuse_repeated(path, value, seen)


class Dumper(yaml.SafeDumper):
    """Long text as blocks, a sentence a line as it was written, lists indented under their name."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def represent_text(dumper: yaml.Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, represent_text)


def dump(part: content.Part | list) -> str:
    """The text of a file; reading it gives `part` again, and dumping that gives the same text."""
    return yaml.dump(content.to_builtins(part), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)


def file_name(part: content.Treatment | content.Concern | content.SitePage) -> str:
    return f"{part.slug}.{part.language}.yaml"
