"""`nerwin info`: what a model is, what it was made of, and whether its files are whole."""

import json
from collections.abc import Iterator
from typing import Any

import typer

from nerwin.cli.app import command, say
from nerwin.cli.options import JsonOption, ModelArgument
from nerwin.counts import counted
from nerwin.storage.folders import LAST


@command
def info(
    model: ModelArgument = None,
    as_json: JsonOption = False,
) -> None:
    """Describe a model: versions, types, scores, sizes, data and configuration; verifies the checksums of its files."""
    from nerwin.analysis.description import describe

    found = describe(model)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for title, text in _lines(found):
        say(f"{title:<8} {text}".rstrip())


def _lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is printed, and the word before it where it begins something new."""
    yield "model", found["model"]
    yield "written", _written(found)
    yield "types", " ".join(found["types"])
    f1, epoch = found["best"]["f1"], found["best"]["epoch"]
    score = "dev learned from too" if f1 is None else f"dev F1 {f1:.4f}"
    yield "kept", f"{score}, {f'epoch {epoch}' if epoch else 'of several models averaged'}"
    if found["epoch"] != found["best"]["epoch"]:
        yield "", f"as it was after epoch {found['epoch']}"
    rows = ", ".join(f"{name} {count:,} rows" for name, count in found["rows"].items())
    yield "size", f"{found['parameters']:,} parameters, {found['bytes']:,} bytes; {rows}"
    data = [
        f"{key}: {one['path'] or 'a file of'} {one['bytes']:,} bytes, sha256 {one['sha256']}"
        for key, one in found["sources"].items()
    ]
    yield from _titled("data", data or ["not recorded"])
    changed = [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in found["changed"].items()]
    yield from _titled("config", changed or ["all defaults"])
    if run := found["run"]:
        left = "not finished; continue with --resume" if run["state"] else f"nothing in {LAST}/ to go on from"
        ended = f"finished: {run['stop']}" if run["finished"] else left
        yield "run", f"{counted(run['epochs'], 'epoch')}, {ended}"
    yield "sums", found["sums"]


def _titled(title: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    """Some lines under one word, which stands before the first."""
    for number, line in enumerate(lines):
        yield "" if number else title, line


def _written(found: dict[str, Any]) -> str:
    from datetime import datetime

    day = datetime.fromtimestamp(found["written"]).strftime("%Y-%m-%d %H:%M")
    made = [f"{name} {found[name] or '?'}" for name in ("nerwin", "numpy", "python")]
    threads = found["blas_threads"] or "?"
    return f"{day} by {', '.join(made)} on {found['machine'] or '?'}, BLAS threads {threads}; format {found['format']}"
