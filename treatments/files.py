"""Content as YAML files: one a treatment, concern or page, in exactly the shape of `content`.

A broken file is refused with its name, line, field and what was expected.
"""

import datetime
import re
from contextlib import suppress
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
SOURCES, GLOSSARY, ORGANISATION, SYNONYMS = "sources.yaml", "glossary.yaml", "organisation.yaml", "synonyms.yaml"
SINGLE = (ORGANISATION, SOURCES, GLOSSARY, SYNONYMS)
"""In the order in which they are loaded."""
LARGEST = 2 * 1024 * 1024
LONGEST = 2000
UNFIT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""What drafts do not keep, odd line breaks and halves of characters: a database or a page would choke on them."""
PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)")
SEQUENCES = (msgspec.inspect.ListType, msgspec.inspect.VarTupleType)
TEXT, NUMBER = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int"
UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
LAX = re.compile(r"[\t\ufeff]|[|>][-+0-9]*#")
"""What libyaml takes and Python does not; of `|-#` it would drop all that follows on the line."""
STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")


class BrokenFile(Exception):
    """One sentence: file, line, field and what was expected."""

    def __init__(self, path: Path, line: int, problem: str, field: str = ""):
        place = str(path) + (f", line {line}" if line else "") + (f", {field}" if field else "")
        super().__init__(one_line(f"{place}: {problem}"))


def one_line(text: str) -> str:
    """What a file holds must neither drive a terminal nor fill it."""
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text[:LONGEST])
    return shown + " ..." * (len(text) > LONGEST)


class Constructor(yaml.constructor.SafeConstructor):
    """Keeps the line of a value that is not what it looks like, such as the 30th of February."""

    def construct_object(self, node, deep=False):
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
            problem = str(error) if isinstance(error, ValueError) else "the value is not what its tag says"
            raise yaml.constructor.ConstructorError(problem=problem, problem_mark=node.start_mark) from None


class Loader(yaml.composer.Composer, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Read in C and put together in Python, which notices when it goes too deep; C alone would end the process."""

    def __init__(self, text: str):
        super().__init__()
        super(yaml.composer.Composer, self).__init__(text)


class ContentFile:
    """A parsed file that still knows on which line each of its fields stands."""

    def __init__(self, path: Path):
        self.path = path
        self.node, self.values = parse(path)

    def convert(self, kind: Any) -> Any:
        try:
            return msgspec.convert(self.values, kind)
        except msgspec.ValidationError as error:
            problem, _, where = str(error).partition(" - at `")
            where = where.rstrip("`") or "$"
            if unknown := UNKNOWN_FIELD.fullmatch(problem):
                raise self.unknown(where, unknown[1], expected(kind, where)) from None
            if problem.startswith("Invalid enum value"):
                problem = f"{expected(kind, where)}, not{problem.removeprefix('Invalid enum value')}"
            elif problem.startswith("Expected `str") and problem.endswith(("`bool`", "`int`", "`float`", "`date`")):
                problem += "; put it in quotes"
            raise self.broken(where, problem) from None

    def broken(self, where: str, problem: str) -> BrokenFile:
        return BrokenFile(self.path, self.line(where), problem, field_name(where))

    def unknown(self, where: str, name: str, names: str) -> BrokenFile:
        keys = (key for key, _ in self.node_at(where).value if key.value == name)
        field = field_name(f"{where}.{name[:100]}")
        return BrokenFile(self.path, next(keys).start_mark.line + 1, f"is no field here. {names}", field)

    def line(self, where: str) -> int:
        return self.node_at(where).start_mark.line + 1

    def node_at(self, where: str) -> yaml.Node:
        """The nearest there is: what is missing has no line of its own."""
        node = self.node
        for name, place in STEP.findall(where):
            found = child(node, name, place)
            if found is None:
                break
            node = found
        return node


def child(node: yaml.Node, name: str, place: str) -> yaml.Node | None:
    if place and isinstance(node, yaml.SequenceNode):
        return node.value[int(place)] if int(place) < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == name), None)
    return None


def expected(kind: Any, where: str) -> str:
    """The closed list of fields or values from which a place takes one, such as `$.sections[0]`."""
    shapes = plain(msgspec.inspect.type_info(kind))
    for name, _ in STEP.findall(where):
        shapes = [inner for shape in shapes for inner in inside_of(shape, name)]
    names = [field.encode_name for shape in shapes for field in getattr(shape, "fields", ())]
    values = [value for shape in shapes for value in getattr(getattr(shape, "cls", None), "values", ())]
    return f"Expected one of: {', '.join(names or values)}"


def inside_of(shape: msgspec.inspect.Type, name: str) -> list[msgspec.inspect.Type]:
    if isinstance(shape, msgspec.inspect.StructType):
        return [inner for field in shape.fields if field.encode_name == name for inner in plain(field.type)]
    return plain(shape.item_type) if isinstance(shape, SEQUENCES) else []


def plain(shape: msgspec.inspect.Type) -> list[msgspec.inspect.Type]:
    """Without notes on it, and each of several that are allowed."""
    if isinstance(shape, msgspec.inspect.Metadata):
        return plain(shape.type)
    if isinstance(shape, msgspec.inspect.UnionType):
        return [inner for one in shape.types for inner in plain(one)]
    return [shape]


def field_name(where: str) -> str:
    """Without the start of a path such as `$.sections[0].heading`."""
    return where.removeprefix("$").removeprefix(".")


def parse(path: Path) -> tuple[yaml.Node, Any]:
    text = read_text(path)
    try:
        node = composed(text)
        if node is None:
            raise BrokenFile(path, 1, "is empty")
        refuse_oddities(path, node, "$", seen=set())
        return node, Constructor().construct_document(node)
    except yaml.YAMLError as error:
        raise BrokenFile(path, line_of(error, text), f"is not YAML ({reason(error)})") from None
    except RecursionError:
        raise BrokenFile(path, 1, "is nested too deeply") from None


def composed(text: str) -> yaml.Node | None:
    """What C refuses, or would let pass, is read in Python, which knows better what is wrong."""
    if not LAX.search(text):
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=Loader)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def found_in(folder: Path) -> dict[str, list[Path]]:
    """By their folder, "" for the one itself. What would not be read is refused, not passed over in silence."""
    found: dict[str, list[Path]] = {name: [] for name in FOLDERS}
    entries = inside(folder)
    found[""] = [path for path in entries if path.name in SINGLE]
    for path in entries:
        if path.name in FOLDERS:
            found[path.name] = pages_of(path)
        elif path.name not in SINGLE and (is_yaml(path) or any(map(is_yaml, path.glob("*")))):
            raise BrokenFile(path, 0, f"has no place here, only {', '.join((*FOLDERS, *SINGLE))} have")
    if not any(found.values()):
        raise BrokenFile(folder, 0, f"holds none of {', '.join((*FOLDERS, *SINGLE))}")
    return found


def pages_of(folder: Path) -> list[Path]:
    entries = inside(folder)
    pages = [path for path in entries if is_yaml(path)]
    for path in entries:
        if path not in pages and any(map(is_yaml, path.glob("*"))):
            raise BrokenFile(path, 0, "has no place here: its files would not be read")
        if path in pages and path.suffix != ".yaml":
            raise BrokenFile(path, 0, "the file's name must end in .yaml")
    return pages


def inside(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise BrokenFile(folder, 0, f"cannot be read as a folder ({error.strerror})") from None


def is_yaml(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml")


def read_text(path: Path) -> str:
    if path.is_fifo():  # nobody may ever write to it
        raise BrokenFile(path, 1, "is no file")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise BrokenFile(path, 1, f"is larger than {LARGEST} bytes")
        return raw.decode()
    except OSError as error:
        raise BrokenFile(path, 1, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BrokenFile(path, 1, "is not UTF-8 text") from None


def line_of(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def reason(error: yaml.YAMLError) -> str:
    return getattr(error, "problem", None) or str(error).splitlines()[0]


def refuse_oddities(path: Path, node: yaml.Node, where: str, seen: set[int]) -> None:
    """What YAML allows and content never holds.

    It would silently keep the last of two equal keys, and an alias could stand for a very large value.
    """
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise BrokenFile(path, line, "uses a YAML alias; write the value out", field_name(where))
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise BrokenFile(path, key.start_mark.line + 1, "has a list where a name belongs", field_name(where))
            if key.tag != TEXT:
                problem = f"has {key.value!r} where a name belongs"
                raise BrokenFile(path, key.start_mark.line + 1, problem, field_name(where))
            at = f"{where}.{key.value}"
            if key.value in names:
                raise BrokenFile(path, key.start_mark.line + 1, "is given twice", field_name(at))
            names.add(key.value)
            refuse_oddities(path, value, at, seen)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            refuse_oddities(path, value, f"{where}[{place}]", seen)
    elif UNFIT.search(node.value):
        raise BrokenFile(path, line, "holds a character that is not text", field_name(where))
    elif node.tag == NUMBER and not PLAIN_NUMBER.fullmatch(node.value):
        # YAML would take 03000 for 1536, and 5:30 for 330.
        raise BrokenFile(path, line, f"write the number {node.value} with digits alone", field_name(where))


class Dumper(yaml.SafeDumper):
    """Long text as blocks, a sentence a line as it was written, lists indented under their name."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def represent_text(dumper: Dumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, represent_text)


def dump(part: content.Part | list) -> str:
    """The text of a file; reading it gives `part` again, and dumping that gives the same text."""
    plain_values = msgspec.to_builtins(part, builtin_types=(datetime.date,))
    return yaml.dump(plain_values, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)


def file_name(part: content.Treatment | content.Concern | content.SitePage) -> str:
    return f"{part.slug}.{part.language}.yaml"
