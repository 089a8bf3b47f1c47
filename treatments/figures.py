"""The numbers that the figures draw, from a page's fields. Templates turn them into SVG and add nothing."""

from collections.abc import Iterator
from typing import NamedTuple

from treatments import content, facts
from treatments.choices import AftercareKind

# Facial skin, in mm. The dermis is what the page's own source gives as the average of the face.
SURFACE_MM = 0.1
DERMIS_MM = 1.0
SHALLOWEST_SCALE_MM = 5

WIDTH = 360
LEFT = 48  # the ruler stands left of here
TOP = 76  # the skin begins here; needles come from above
DEEP = 250  # height of the scale
BELOW_TONES = 102  # no label of the skin stands higher: on the brown tones it could not be read


def drawn(value: float) -> float:
    """A length as SVG writes it: whole, or with one decimal."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


class Mark(NamedTuple):
    y: float
    label: int


class Layer(NamedTuple):
    name: str
    y: float
    height: float
    label_y: float


class Needle(NamedTuple):
    x: float
    y: float
    label_y: float
    label: str


class Depth(NamedTuple):
    """Skin in section with a ruler; `needles` is empty where no depth is known."""

    top: float
    height: float
    ruler: str
    marks: list[Mark]
    tones: list[float]
    tone_width: float
    layers: list[Layer]
    needles: list[Needle]
    words: str

    @property
    def bar(self) -> tuple[float, float] | None:
        """Where the span from the shallowest to the deepest needle begins, and how long it is."""
        if not self.needles:
            return None
        return self.needles[0].y, max(self.needles[-1].y - self.needles[0].y, 3)


def depth(page: content.Treatment) -> Depth | None:
    """How deep the needle goes. The layers are those of the face, so other parts of the body have no figure."""
    if page.depth_mm_min is None or page.depth_mm_max is None or "face" not in page.body_location.lower():
        return None
    stops = sorted({page.depth_mm_min, page.depth_mm_max})
    said = facts.spread(page.depth_mm_min, page.depth_mm_max, "mm")
    return skin(stops, f"A needle goes {said} deep. The dermis ends at {facts.number(DERMIS_MM)} mm.")


def skin(stops: list[float] | tuple = (), words: str = "") -> Depth:
    bottom = max(SHALLOWEST_SCALE_MM, int(max(stops, default=0)) + 1)
    mm = DEEP / bottom
    column = (WIDTH - LEFT) / 4
    top = 0 if stops else TOP - 32
    return Depth(
        top=top,
        height=TOP + DEEP + 8 - top,
        ruler="".join(f"M{38 if half % 2 else 30} {TOP + half * mm / 2:g}H{LEFT}" for half in range(2 * bottom + 1)),
        marks=[Mark(drawn(TOP + millimetre * mm), millimetre) for millimetre in range(bottom + 1)],
        tones=[drawn(LEFT + place * column) for place in range(4)],
        tone_width=drawn(column),
        layers=[
            layer("Dermis", SURFACE_MM, DERMIS_MM, mm),
            layer("Fat", DERMIS_MM, bottom, mm),
        ],
        needles=list(needles(stops, mm, column)),
        words=words,
    )


def layer(name: str, top: float, bottom: float, mm: float) -> Layer:
    y = drawn(TOP + top * mm)
    end = drawn(TOP + bottom * mm)
    return Layer(name, y, drawn(end - y), drawn(max(end - 14, min(end - 3, BELOW_TONES))))


def needles(stops: list[float] | tuple, mm: float, column: float) -> Iterator[Needle]:
    for place, stop in enumerate(stops):
        x = drawn(LEFT + column * (1.5 + 1.5 * place))
        y = drawn(TOP + stop * mm)
        yield Needle(x, y, drawn(max(y - 4, BELOW_TONES)), f"{facts.number(stop)} mm")


class Bar(NamedTuple):
    """A session's span of weeks; `sure` where everyone has it."""

    label: str
    x: float
    width: float
    y: float
    sure: bool = True


class Course(NamedTuple):
    """A row for each session over a scale of weeks. `open` where some sessions are not for everyone."""

    foot: int
    grid: str
    bars: list[Bar]
    weeks: list[tuple[float, int]]
    words: str
    open: bool

    @property
    def height(self) -> int:
        return self.foot + 22


ROW = 24
COURSE_LEFT, COURSE_WIDTH = 92, 252


def course(page: content.Treatment) -> Course | None:
    """Each session's earliest and latest week, counted from the first."""
    last, sessions, weeks = facts.course_weeks(page), facts.pair(page, "sessions"), facts.pair(page, "interval_weeks")
    if last is None or sessions is None or weeks is None:
        return None
    width = COURSE_WIDTH / last[1]
    bars = [session(place, weeks, width, sure=place < sessions[0]) for place in range(sessions[1])]
    step = next(step for step in (1, 2, 4, 8, 13, 26, 52, 104) if last[1] / step <= 6)
    marks = [(drawn(COURSE_LEFT + week * width), week) for week in range(0, last[1] + 1, step)]
    said = f"{sessions[1]} sessions in rows. The last is {facts.spread(*last, 'week')} after the first."
    foot = len(bars) * ROW
    grid = "".join(f"M{x:g} 0V{foot}" for x, _ in marks)
    return Course(foot, grid, bars, marks, said, open=not bars[-1].sure)


def session(place: int, weeks: tuple[int, int], width: float, *, sure: bool) -> Bar:
    early, late = place * weeks[0], place * weeks[1]
    return Bar(
        label=f"Session {place + 1}",
        x=drawn(COURSE_LEFT + early * width - 5),
        width=drawn((late - early) * width + 10),
        y=place * ROW + 6,
        sure=sure,
    )


class Stretch(NamedTuple):
    """Some hours of the recovery; `kind` is how the style sheet names it."""

    kind: str
    x: float
    y: int
    width: float


class Recovery(NamedTuple):
    """Healing and what to leave, on one scale from the session on. `unit` is what the scale counts."""

    foot: int
    grid: str
    marks: list[tuple[float, int]]
    labels: list[tuple[int, str]]
    stretches: list[Stretch]
    unit: str

    @property
    def height(self) -> int:
        return self.foot + 22


HOURS_LEFT, HOURS_WIDTH, LINE = 12, 330, 38
LONGEST_LABEL = 44
THINNEST = 2
STEPS = (1, 2, 6, 12, 24, 48, 120, 168, 336, 720, 2160, 4380, 8760)


def recovery(page: content.Treatment) -> Recovery | None:
    """Stages of healing in one row, then a row for each "do not"; where there is one bar alone, words do."""
    donts = [item for item in page.aftercare if item.kind == AftercareKind.DO_NOT]
    if len(donts) + len(page.healing) < 2:
        return None
    rows: list[tuple[str, list]] = [(f"Do not {item.text}", [item]) for item in donts]
    rows[:0] = [("Healing", list(page.healing))] if page.healing else []
    last = max(part.until_hours for _, parts in rows for part in parts)
    scale = HOURS_WIDTH / last
    step = next((step for step in STEPS if last / step <= 6), last)
    per = 24 if step % 24 == 0 and last > 72 else 1
    marks = [(drawn(HOURS_LEFT + hour * scale), hour // per) for hour in range(0, last + 1, step)]
    foot = len(rows) * LINE + 4
    return Recovery(
        foot=foot,
        grid="".join(f"M{x:g} 0V{foot}" for x, _ in marks),
        marks=marks,
        labels=[(row * LINE + 15, shortened(label)) for row, (label, _) in enumerate(rows)],
        stretches=[one for row, (_, parts) in enumerate(rows) for one in stretches(parts, row * LINE + 22, scale)],
        unit="Days" if per == 24 else "Hours",
    )


def stretches(parts: list, y: int, scale: float) -> Iterator[Stretch]:
    for place, part in enumerate(parts):
        kind = "leave" if isinstance(part, content.AftercareItem) else "maybe" if place else "sure"
        x, width = HOURS_LEFT + part.from_hours * scale, (part.until_hours - part.from_hours) * scale
        yield Stretch(kind, drawn(x), y, drawn(max(width, THINNEST)))


def shortened(label: str) -> str:
    """What is too long for a row stands in full in the list."""
    if len(label) <= LONGEST_LABEL:
        return label
    return label[:LONGEST_LABEL].rsplit(" ", 1)[0] + " …"


class People(NamedTuple):
    """So many people as dots, those with the side effect first. Each path is rows of dots, drawn as dashes."""

    width: int
    height: int
    all: str
    affected: str
    words: str


DOTS, DOT = 25, 8
MOST_DOTS = 1000


def people(effect: content.SideEffect) -> People | None:
    """A rate that was counted, as people out of as many. More than can be seen as single dots stay words."""
    if not effect.rate_x or not effect.rate_n or effect.rate_n > MOST_DOTS:
        return None
    columns, rows = min(effect.rate_n, DOTS), -(-effect.rate_n // DOTS)
    return People(
        width=columns * DOT,
        height=rows * DOT,
        all=dots(effect.rate_n),
        affected=dots(effect.rate_x),
        words=f"{effect.rate_x} of {facts.grouped(effect.rate_n)} people",
    )


def dots(count: int) -> str:
    """A zero-length dash with a round end is a dot; half a unit more makes sure of the last one."""
    rows = (min(DOTS, count - start) for start in range(0, count, DOTS))
    return "".join(f"M4 {4 + row * DOT}h{(length - 1) * DOT + 0.5:g}" for row, length in enumerate(rows))


class Cost(NamedTuple):
    label: str
    words: str
    x: float
    width: float


def costs(page: content.Treatment) -> list[Cost]:
    """A session, a course and a year of maintenance on one scale of rupees."""
    if page.price is None:
        return []
    session = (page.price.min, page.price.max) if page.price.per != "course" else None
    spans = [
        ("One session", session),
        (f"A course of {facts.FROZEN['sessions'](page)}" if session else "A whole course", facts.course_price(page)),
        ("Each year after that", facts.yearly_price(page)),
    ]
    most = max(span[1] for _, span in spans if span)
    return [cost(label, span, 100 / most) for label, span in spans if span]


def cost(label: str, span: tuple[int, int], scale: float) -> Cost:
    """A single price is a mark, as thin as can be seen."""
    width = max((span[1] - span[0]) * scale, 1)
    return Cost(label, facts.money(span), drawn(min(span[0] * scale, 100 - width)), drawn(width))
