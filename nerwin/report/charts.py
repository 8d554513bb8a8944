"""Charts as SVG that stands inside a page and takes its colours and letters from there.

matplotlib draws in stand-in colours, which then become the page's CSS variables, so that one drawing is right in light
and dark. Nothing of the day or of chance is in it: equal figures give equal pages.
"""

import contextlib
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from nerwin.errors import printable
from nerwin.evaluation.reliability import BINS, Bin
from nerwin.evaluation.scores import Score

INK, FAINT = "#000101", "#000102"
SERIES = ("#000201", "#000202", "#000203", "#000204", "#000205", "#000206")
# What each stand-in becomes.
VARIABLES = {INK: "--ink", FAINT: "--faint"} | {colour: f"--series-{i}" for i, colour in enumerate(SERIES, 1)}
# Lines are told apart without colours too; lengths of dashes and gaps.
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 1.5), (6, 2, 1.5, 2))
MARKED = 40  # epochs up to which each has a mark

WIDTH, HEIGHT = 4.4, 2.5  # inches
LABEL = 24  # letters of a type's name that are drawn; the table beside the chart has all
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: the page's letters, and a reader can hear it
    "font.size": 9.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.alpha": 0.25,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}

Line = Sequence[tuple[float, float]]


def line_style(number: int) -> tuple[str, tuple[float, ...]]:
    """The stand-in colour of a line and its dashes, which change from line to line too."""
    return SERIES[number % len(SERIES)], DASHES[(number + number // 12) % len(DASHES)]


def swatch(number: int) -> Markup:
    """A piece of a line, for a legend in the page."""
    colour, dashes = line_style(number)
    return Markup(
        '<svg class="swatch" viewBox="0 0 28 6" aria-hidden="true"><path d="M 0 3 L 28 3" '
        'style="stroke: var({}); stroke-dasharray: {}"/></svg>'
    ).format(VARIABLES[colour], " ".join(map(str, dashes)) or "none")


def curves(lines: Sequence[Line], alt: str, *, percent: bool) -> Markup:
    """A line for each run, over epochs."""
    with _drawing(WIDTH, HEIGHT) as (figure, axes):
        for number, line in enumerate(lines):
            colour, dashes = line_style(number)
            axes.plot(
                [x for x, _ in line],
                [y for _, y in line],
                color=colour,
                linestyle=(0, dashes) if dashes else "-",
                marker="o" if len(line) <= MARKED else None,
                markersize=3,
            )
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
        axes.set_xlabel("epoch")
        axes.margins(x=0.03)
        if percent:
            axes.yaxis.set_major_formatter(PercentFormatter(1))
        else:
            axes.yaxis.set_major_formatter("{x:.4g}")
        return _svg(figure, alt)


def type_bars(types: Sequence[tuple[str, Score]], alt: str) -> Markup:
    """Precision, recall and F1 of each type side by side, the first type on top."""
    figures = {
        "precision": [score.precision for _, score in types],
        "recall": [score.recall for _, score in types],
        "F1": [score.f1 for _, score in types],
    }
    with _drawing(WIDTH, 0.8 + 0.55 * len(types)) as (figure, axes):
        for number, (title, values) in enumerate(figures.items()):
            places = [row + 0.26 * (number - 1) for row in range(len(types))]
            bars = axes.barh(places, values, 0.24, color=SERIES[number], label=title)
            axes.bar_label(bars, [f"{100 * value:.1f}" for value in values], padding=3, fontsize=8.5)
        # A "$" in a type's name is no formula.
        axes.set_yticks(range(len(types)), [_short(label) for label, _ in types], parse_math=False)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.08)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(visible=False, axis="y")
        axes.legend(ncols=len(figures), loc="lower left", bbox_to_anchor=(0, 1))
        return _svg(figure, alt)


def reliability_chart(bins: Sequence[Bin], alt: str) -> Markup:
    """The share of right entities in each bin of scores, against the line where it equals the score."""
    with _drawing(WIDTH, WIDTH * 0.8) as (figure, axes):
        axes.bar([one.low for one in bins], [one.right for one in bins], 0.92 / BINS, align="edge", color=SERIES[0])
        axes.plot([0, 1], [0, 1], color=INK, linestyle="--", linewidth=1)
        axes.plot([one.score for one in bins], [one.right for one in bins], "o", color=SERIES[1], markersize=5)
        axes.set_xlabel("score")
        axes.set_ylabel("share that is right")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        return _svg(figure, alt)


def _short(label: str) -> str:
    label = printable(label)  # SVG has no place for control characters
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"


@contextlib.contextmanager
def _drawing(width: float, height: float) -> Iterator[tuple[Figure, Axes]]:
    """An empty figure in the page's style, whatever the user's own style of matplotlib is."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The letters are drawn by the browser, so it does not matter which ones matplotlib's font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        figure = Figure((width, height), layout="constrained")
        yield figure, figure.add_subplot()


def _svg(figure: Figure, alt: str) -> Markup:
    """The drawing as an element of an HTML page, which is told to those who do not see it as `alt`."""
    stream = io.StringIO()
    salt = alt.encode("ascii", "backslashreplace").decode()  # a file's name need not be UTF-8
    with matplotlib.rc_context({"svg.hashsalt": salt}):  # ids that do not change, and that no two charts share
        figure.savefig(stream, format="svg", transparent=True)
    root = ElementTree.fromstring(stream.getvalue())
    viewbox = root.attrib["viewBox"]
    for parent in list(root.iter()):
        for child in parent.findall("{*}metadata") + parent.findall("{*}style"):  # a style would be for all the page
            parent.remove(child)
    for element in root.iter():
        _at_home(element)
    root.attrib = {"role": "img", "aria-label": alt, "viewBox": viewbox}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _at_home(element: Element) -> None:
    """Give an element the page's colours and letters, and leave out what an HTML page does not need."""
    element.tag = element.tag.rpartition("}")[2]
    attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    if element.tag == "g":
        attributes.pop("id", None)  # "axes_1" in every chart
    if style := attributes.get("style"):
        style = re.sub(r"font-family: [^;]*; ?", "", style)
        for colour, variable in VARIABLES.items():
            style = style.replace(colour, f"var({variable})")
        attributes["style"] = style
    element.attrib = attributes
    element.text, element.tail = (element.text or "").strip() or None, None
