"""The page itself: the figures of runs in a template, with nothing that is fetched from elsewhere.

Words, types, paths and values come from files that anybody may have made: all of it is escaped by the template, and the
page allows no script but its own.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from nerwin import __version__
from nerwin.analysis.inspection import Detector
from nerwin.config.reading import flat_keys
from nerwin.config.settings import Config
from nerwin.counts import counted
from nerwin.evaluation.mistakes import KINDS
from nerwin.evaluation.reliability import calibration_error
from nerwin.report.charts import curves, reliability_chart, swatch, type_bars
from nerwin.report.contents import PROBED, Closeup, RunReport
from nerwin.report.sentences import groups
from nerwin.text.tags import OUTSIDE

HERE = resources.files("nerwin.report")  # maybe inside an archive
TYPES = 12  # with the most entities, that have bars
DETECTORS = 8  # shown in full
WEIGHED = 4  # scores of a detector that are shown, and words of a position

# What is drawn of the epochs: the field, its title, and whether it is a share.
CURVES = (
    ("loss", "Loss", False),
    ("active", "Pairs inside the margin", True),
    ("learning_rate", "Learning rate", False),
    ("f1", "Dev F1", True),
)


def render(runs: Sequence[RunReport], closeup: Closeup) -> str:
    """The page of some runs, of which the first is shown from near."""
    script = (HERE / "filter.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "value": _value}
    first = runs[0]
    return environment.from_string((HERE / "page.html.jinja").read_text(encoding="utf-8")).render(
        version=__version__,
        script=Markup(script),
        script_sum=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        title=_title(runs),
        runs=runs,
        first=first,
        swatches=[swatch(number) for number in range(len(runs))],
        curves=_curves(runs) if any(run.epochs for run in runs) else [],
        bars=_bars(first),
        confusion=_confusion(first),
        closeup=closeup,
        reliability=_reliability(closeup),
        calibration_error=calibration_error(closeup.bins),
        kinds=list(KINDS),
        mistakes=_mistakes_by_type(closeup),
        groups=groups(closeup),
        detectors=[_detector(one) for one in closeup.detectors[:DETECTORS]],
        dead=sum(one.dead for one in closeup.detectors),
        saturated=sum(one.saturated for one in closeup.detectors),
        probed=min(PROBED, len(closeup.corpus.sentences)),
        config=_config(first),
        differing=_differing(runs),
        outside=OUTSIDE,
        shown_types=TYPES,
    )


def _title(runs: Sequence[RunReport]) -> str:
    others = len(runs) - 1
    more = f" and {others} other {'runs' if others > 1 else 'run'}" if others else ""
    return f"{runs[0].folder}{more}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"


def _value(value: Any) -> str:
    """A value as it is written after --set."""
    return json.dumps(value, ensure_ascii=False)


def _curves(runs: Sequence[RunReport]) -> list[tuple[str, Markup]]:
    """Every curve with its title; those who do not see it hear where it begins and ends."""
    drawn = []
    for field, title, percent in CURVES:
        lines = [
            [(epoch.epoch, value) for epoch in run.epochs if (value := getattr(epoch, field)) is not None]
            for run in runs
        ]
        if not any(lines):
            continue
        ends = "; ".join(
            f"{run.folder}: from {line[0][1]:.4g} to {line[-1][1]:.4g} in {counted(len(line), 'epoch')}"
            for run, line in zip(runs, lines, strict=True)
            if line
        )
        drawn.append((title, curves(lines, f"{title} by epoch. {ends}.", percent=percent)))
    return drawn


def _bars(run: RunReport) -> Markup:
    """The types with the most entities, those first."""
    types = sorted(run.evaluation.types.items(), key=lambda one: -one[1].support)[:TYPES]
    heard = "; ".join(f"{label} {_percent(score.f1)}" for label, score in types)
    return type_bars(types, f"Precision, recall and F1 of each type. F1: {heard}.")


def _confusion(run: RunReport) -> list[tuple[str, list[tuple[int, float]]]]:
    """Each true type with the words found of every type, and their share of the true type's."""
    return [
        (label, [(count, count / max(sum(row.values()), 1)) for count in row.values()])
        for label, row in run.evaluation.confusion.items()
    ]


def _reliability(closeup: Closeup) -> Markup:
    heard = "; ".join(f"score {one.score:.2f}, right {one.right:.2f} of {one.entities}" for one in closeup.bins)
    return reliability_chart(closeup.bins, f"The share of found entities that are right, by their score: {heard}.")


def _mistakes_by_type(closeup: Closeup) -> list[tuple[str, list[int]]]:
    """How many mistakes of each kind there are about each type, those with the most first."""
    counts = Counter((one.about.label, one.kind) for one in closeup.mistakes)
    rows = [(label, [counts[label, kind] for kind in KINDS]) for label in {label for label, _ in counts}]
    return sorted(rows, key=lambda row: (-sum(row[1]), row[0]))


def _detector(one: Detector) -> dict[str, Any]:
    """A detector with its largest weights and its strongest words."""
    return {
        "number": one.number,
        "weights": sorted(one.weights.items(), key=lambda weight: -abs(weight[1]))[:WEIGHED],
        "state": "dead" if one.dead else "saturated" if one.saturated else "",
        "most": [text for text, _ in one.most],
        "least": [text for text, _ in one.least],
        "positions": [
            (place, likes[:WEIGHED], hates[:WEIGHED])
            for place, likes, hates in zip(one.places, one.likes, one.hates, strict=True)
        ],
    }


def _config(run: RunReport) -> list[tuple[str, Any, Any, bool]]:
    """Every key with its value, the default, and whether they differ."""
    plain = flat_keys(Config().to_dict())
    return [(key, value, plain[key], key in run.changed) for key, value in flat_keys(run.config).items()]


def _differing(runs: Sequence[RunReport]) -> list[tuple[str, list[Any]]]:
    """The keys that have not the same value in all runs, with the values."""
    configs = [flat_keys(run.config) for run in runs]
    return [
        (key, [config[key] for config in configs])
        for key in configs[0]
        if any(config[key] != configs[0][key] for config in configs)
    ]
