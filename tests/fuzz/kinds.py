"""The kinds of input that others hand to nerwin: what a sound one looks like, and what is done with a damaged one."""

import functools
import gzip
import hashlib
import io
import itertools
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nerwin.comparison.comparison import Comparison
from nerwin.comparison.grid import grid
from nerwin.comparison.results import Result, summarise
from nerwin.config.reading import load_config
from nerwin.config.settings import Config, config_keys
from nerwin.config.yaml_files import write_yaml
from nerwin.corpora.columns import Columns
from nerwin.corpora.formats import FORMS, Reading
from nerwin.corpora.jsonl_words import TAGS
from nerwin.corpora.reading import read_corpus
from nerwin.pretraining.run import STATE, PretrainRun, state_folder
from nerwin.pretraining.settings import PretrainSettings
from nerwin.pretraining.text import read_text
from nerwin.run.checkpoint import load_state
from nerwin.run.run import Run
from nerwin.storage.folders import METRICS, RESULTS
from nerwin.tagging.renderings import RENDERINGS
from nerwin.tagging.streaming import tag_file
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import Task
from nerwin.text.tags import is_tag
from nerwin.vectors.wanted import read_vectors
from tests.fuzz.cases import Kind
from tests.fuzz.mutate import mutate, mutate_value, odd_value
from tests.village import SETTINGS, VILLAGE, village_config, write_village

# Sound input, made once


@functools.cache
def workshop() -> Path:
    """A folder with the village, its configuration, and trained runs, until the process ends."""
    holder = tempfile.TemporaryDirectory(prefix="fuzz-workshop-")
    workshop_holders.append(holder)
    folder = Path(holder.name)
    for corruption in ("window", "sequence"):
        config = village_config(folder, f"objective.corruption={corruption}", *TRAINED)
        for _ in Run.start(folder / corruption, config).train():
            pass
    (folder / "village.txt").write_text(VILLAGE, encoding="utf-8")
    run = PretrainRun.start(folder / "vectors.txt", read_text([folder / "village.txt"], 50, 3), SMALL)
    run.save()
    return folder


workshop_holders: list[Any] = []  # a temporary folder is gone with the last name for it
TRAINED = ("training.epochs=2", 'features={"shape": 2, "ngrams": 2}', "words.dim=4", "scorer.hidden=[4]")
SMALL = PretrainSettings(dim=3, vocabulary=50, window=3, epochs=1, hidden=3, negatives=4, stretch=8, stretches=4)


@functools.cache
def taggers() -> tuple[Tagger, ...]:
    return tuple(load(workshop() / name) for name in ("window", "sequence"))


@functools.cache
def columns_files() -> tuple[bytes, ...]:
    """The village in the forms that corpora come in."""
    write_village(workshop())
    village = (workshop() / "village.conll").read_text(encoding="utf-8")
    first = "\n".join(village.split("\n")[:60]) + "\n"
    lines = [line.split("\t") for line in first.split("\n")]
    four = "\n".join(f"{row[0]} NN x {row[1]}" if len(row) == 2 else "" for row in lines)
    iob1 = first.replace("B-", "I-")
    single = first.replace("B-LOC", "S-LOC")
    forms = (first, four, iob1, single, f"-DOCSTART- O\n\n{four}", f"# a comment\n{first}", first.replace("\n", "\r\n"))
    return tuple(form.encode() for form in forms)


def _maybe_gzip(rng: random.Random, data: bytes) -> bytes:
    """Damaged, and now and then compressed before or after."""
    match rng.randrange(12):
        case 0:
            return mutate(rng, gzip.compress(data, 1))
        case 1:
            return gzip.compress(mutate(rng, data), 1)
    return mutate(rng, data)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _columns(rng: random.Random) -> Columns:
    if rng.random() < 0.7:
        return Columns()
    return Columns(
        rng.choice((0, 0, 0, 1, -2, 99)),
        rng.choice((-1, -1, -1, 1, 3, -99)),
        rng.choice(("auto", "auto", "tab", "space")),
        rng.choice(("auto", "auto", "iob1", "iob2", "iobes", "bilou", "bmes")),
        rng.choice((None, "#", "-")),
    )


def _consume(items: Iterable[Any]) -> int:
    return sum(1 for _ in items)


# What is done with each kind


def columns(rng: random.Random, folder: Path) -> None:
    path = _written(folder / "corpus.conll", _maybe_gzip(rng, rng.choice(columns_files())))
    _check_corpus(path, _columns(rng))


def inline(rng: random.Random, folder: Path) -> None:
    _check_corpus(_written(folder / "corpus.inline", _maybe_gzip(rng, VILLAGE[: rng.choice((200, 900))].encode())))


def csv_rows(rng: random.Random, folder: Path) -> None:
    rows = columns_files()[0].replace(b"\t", rng.choice((b",", b";"))).replace(b"\n\n", b"\n\n\n")
    path = _written(folder / "corpus.csv", _maybe_gzip(rng, b"token,tag\n" + rows))
    for passage in FORMS["csv"].read(path, Reading()).passages:
        assert len(passage.tokens) > 0


def _check_corpus(path: Path, form: Columns = Columns()) -> None:
    corpus = read_corpus(path, form)
    assert corpus.describe()
    for words, tags, lines in corpus.sentences:
        assert len(words) == len(tags) == len(lines) > 0
        assert all(words)
        assert all(map(is_tag, tags))


def raw_text(rng: random.Random, folder: Path) -> None:
    path = _written(folder / "text.txt", _maybe_gzip(rng, VILLAGE.encode()[: rng.choice((100, 500, 2000))]))
    form = rng.choice(list(RENDERINGS))
    for line in b"".join(tag_file(rng.choice(taggers()), path, Task(form))).decode().split("\n"):
        assert form != "jsonl" or not line or json.loads(line)


def tag_objects(rng: random.Random, folder: Path) -> None:
    texts = VILLAGE.splitlines()[: rng.choice((3, 20))]
    kinds = [
        ({"text": one, "id": 1}, {"tokens": one.split(), "tags": []}, {"text": one, "tokens": one.split()})
        for one in texts
    ]
    lines = [json.dumps(rng.choice(kind)) for kind in kinds]
    path = _written(folder / "texts.jsonl", _maybe_gzip(rng, "\n".join(lines).encode()))
    form = rng.choice(list(RENDERINGS))
    for line in b"".join(tag_file(rng.choice(taggers()), path, Task(form, objects=True))).decode().split("\n"):
        if form == "jsonl" and line:
            found = json.loads(line)
            assert "ents" in found or len(found["tokens"]) in [len(found.get(key, "")) for key in TAGS]


def tag_columns(rng: random.Random, folder: Path) -> None:
    path = _written(folder / "text.conll", _maybe_gzip(rng, rng.choice(columns_files())))
    _consume(tag_file(rng.choice(taggers()), path, Task(rng.choice(list(RENDERINGS)), _columns(rng))))


CONFIG = f"{SETTINGS}features: {{shape: 3, ngrams: 2}}\nschedule: {{name: step, period: 2}}\nwindow: {{size: 3}}\n"
DEEP = "a: " + "[" * 3000, "{a: " * 2000, "- " * 3000, "a:\n" + "".join(f"{' ' * k}a:\n" for k in range(1, 300))
BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in itertools.pairwise("abcdefghijklmnopqrst"))
YAML_TAGS = (
    "int",
    "float",
    "bool",
    "null",
    "str",
    "timestamp",
    "binary",
    "set",
    "omap",
    "map",
    "python/name:os.system",
)


def config(rng: random.Random, folder: Path) -> None:
    match rng.randrange(8):
        case 0:
            text = rng.choice((*DEEP, BOMB)).encode()
        case 1 | 2:
            content = mutate_value(rng, yaml.safe_load(CONFIG))
            text = yaml.safe_dump(content, width=10**6).encode("utf-8", "surrogatepass")
        case 3:
            scalar = rng.choice(("", "x", "1", "[1]", "{a: 1}", "2024-99-99", "=", "~", "[a, b]", "[[a, b]]"))
            tagged = f"!!{rng.choice(YAML_TAGS)} {scalar}"
            text = rng.choice((f"a: {tagged}", f"{tagged}: a", f"training: {{seed: {tagged}}}", tagged)).encode()
        case _:
            text = CONFIG.encode()
    loaded = load_config(_written(folder / "config.yaml", mutate(rng, text) if rng.random() < 0.8 else text))
    _check_round_trip(loaded, folder)


def override(rng: random.Random, folder: Path) -> None:
    key = rng.choice([name for name, _ in config_keys()])
    value = json.dumps(odd_value(rng), ensure_ascii=False) if rng.random() < 0.5 else str(odd_value(rng))
    written = f"{key}={value}"
    if rng.random() < 0.6:
        # What a shell hands over is decoded so, and holds no NUL.
        damaged = mutate(rng, written.encode("utf-8", "surrogatepass")).replace(b"\0", b"")
        written = os.fsdecode(damaged)
    path = _written(folder / "config.yaml", CONFIG.encode())
    _check_round_trip(load_config(path, [written.replace("\0", "")]), folder)


def _check_round_trip(loaded: Config, folder: Path) -> None:
    """What is accepted is written and read back as the same."""
    write_yaml(folder / "again.yaml", loaded.to_dict())
    assert load_config(folder / "again.yaml") == loaded


WORDS = ["the", "of", "and", "Quellmark", "Dunmere", "Mira", "captain", "harbour"]


def _text_vectors(rng: random.Random, dim: int) -> bytes:
    rows = [" ".join([word, *(f"{rng.gauss(0, 1):.3f}" for _ in range(dim))]) for word in WORDS]
    header = [f"{len(rows)} {dim}"] if rng.random() < 0.5 else []
    return "\n".join([*header, *rows, ""]).encode()


def _binary_vectors(rng: random.Random, dim: int) -> bytes:
    rows = [word.encode() + b" " + np.array([rng.gauss(0, 1) for _ in range(dim)], "<f4").tobytes() for word in WORDS]
    return f"{len(rows)} {dim}\n".encode() + b"\n".join(rows) + b"\n"


def vectors(rng: random.Random, folder: Path) -> None:
    dim = rng.choice((1, 2, 5))
    binary = rng.random() < 0.4
    data = (_binary_vectors if binary else _text_vectors)(rng, dim)
    path = _written(folder / ("vectors.bin" if binary else "vectors.txt"), _maybe_gzip(rng, data))
    os.environ["XDG_CACHE_HOME"] = str(folder)
    found = read_vectors(path, WORDS, rng.choice((dim, dim, dim, 3)), rng.choice((0, 3)))
    assert found
    assert all(np.isfinite(vector).all() for vector in found.values())


def _copied(source: Path, folder: Path) -> Path:
    return Path(shutil.copytree(source, folder / source.name))


def model(rng: random.Random, folder: Path) -> None:
    """A model folder whose files are damaged, or forged with the sums that belong to them."""
    copy = _copied(workshop() / rng.choice(("window", "sequence")) / "last", folder)
    manifest = copy / "model.json"
    key = rng.choice(("arrays", "state_arrays"))
    match rng.randrange(6):
        case 0:
            _rewrite(rng.choice(list(copy.glob("*.npz"))), lambda data: mutate(rng, data))
        case 1:
            _rewrite(manifest, lambda data: mutate(rng, data))
        case 2 | 3:
            manifest.write_text(json.dumps(mutate_value(rng, json.loads(manifest.read_bytes()))))
        case 4:
            _forge(copy, manifest, key, lambda data: mutate(rng, data))
        case _:
            _forge(copy, manifest, key, lambda data: forged_arrays(rng, data))
    tagger = load(copy)
    tagger.tag(["Mira", "left", "Quellmark"])
    load_state(copy, tagger.model)


def _rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def metrics(rng: random.Random, folder: Path) -> None:
    """A run that is continued though its metrics are damaged."""
    copy = _copied(workshop() / "window", folder)
    _rewrite(copy / METRICS, lambda data: mutate(rng, data))
    Run.resume(copy, load_config(copy / "config.yaml"))
    assert [json.loads(line)["epoch"] for line in (copy / METRICS).read_bytes().splitlines()] == [1, 2]


def run_config(rng: random.Random, folder: Path) -> None:
    """A run that is continued though its saved configuration is damaged."""
    copy = _copied(workshop() / "window", folder)
    saved = load_config(copy / "config.yaml")
    _rewrite(copy / "config.yaml", lambda data: mutate(rng, data) if rng.random() < 0.9 else data)
    Run.resume(copy, saved)


CELLS = grid(["training.seed=1,2", "words.dim=4,5"])


def results(rng: random.Random, folder: Path) -> None:
    """A comparison that is started again."""
    write_village(folder)
    comparison = Comparison(folder / "out", folder / "village.yaml", [], CELLS)
    rows = [Result(cell, rng.random(), 3, 1.5, 0.5).to_json() for cell in CELLS]
    if rng.random() < 0.4:
        rows[0] = json.dumps(mutate_value(rng, json.loads(rows[0])))
    text = "".join(f"{row}\n" for row in rows).encode()
    _written(folder / "out" / RESULTS, mutate(rng, text) if rng.random() < 0.7 else text)
    done = comparison.finished()
    for row in summarise(done):
        assert f"{100 * row.f1:.2f} {100 * row.spread:.2f} {row.epochs:.0f} {row.seconds:.1f} {row.active:.1%}"


def pretrain_text(rng: random.Random, folder: Path) -> None:
    """Text, raw or in columns, from which vectors are learned."""
    in_columns = rng.random() < 0.4
    data = rng.choice(columns_files()) if in_columns else VILLAGE[: rng.choice((60, 300))].encode()
    path = _written(folder / "text.txt", _maybe_gzip(rng, data))
    text = read_text([path], 50, 3, _columns(rng) if in_columns else None)
    run = PretrainRun.start(folder / "out.txt", text, SMALL)
    _consume(run.pretraining.run())


def pretrain_state(rng: random.Random, folder: Path) -> None:
    """The saved state of a pretraining, damaged or forged, from which it is continued."""
    saved = state_folder(workshop() / "vectors.txt")
    copy = _copied(saved, folder)
    manifest = copy / STATE
    match rng.randrange(5):
        case 0:
            _rewrite(manifest, lambda data: mutate(rng, data))
        case 1 | 2:
            manifest.write_text(json.dumps(mutate_value(rng, json.loads(manifest.read_bytes()))))
        case 3:
            _forge(copy, manifest, "arrays", lambda data: mutate(rng, data))
        case _:
            _forge(copy, manifest, "arrays", lambda data: forged_arrays(rng, data))
    text = read_text([workshop() / "village.txt"], 50, 3)
    run = PretrainRun.resume(folder / "vectors.txt", text, SMALL)
    before = PretrainRun.resume(workshop() / "vectors.txt", text, SMALL).pretraining.state
    shapes = {name: value.shape for name, value in run.pretraining.state.params.items()}
    assert shapes == {name: value.shape for name, value in before.params.items()}
    _consume(run.pretraining.run())


def _forge(folder: Path, manifest: Path, key: str, change: Callable[[bytes], bytes]) -> None:
    """Change an array file, and its sum in the manifest with it."""
    content = json.loads(manifest.read_bytes())
    path = folder / content[key]["file"]
    _rewrite(path, change)
    content[key]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(content))


def forged_arrays(rng: random.Random, data: bytes) -> bytes:
    """An array file in which one array has another shape, type or value, is gone, or packed in another way."""
    with np.load(io.BytesIO(data)) as archive:
        arrays = {name: archive[name] for name in archive.files}
    name = rng.choice(list(arrays))
    array = arrays[name]
    match rng.randrange(10):
        case 0:
            del arrays[name]
        case 1:
            arrays[name] = array.astype(rng.choice(("f8", "f2", "i4", "u1", "c8", "U4", "S3", "?")))
        case 2:
            arrays[name] = array[..., None]
        case 3:
            arrays[name] = array[:1]
        case 4:
            arrays[name] = np.repeat(array, 2, axis=0)
        case 5 if array.dtype.kind == "f" and array.size:
            array.flat[rng.randrange(array.size)] = rng.choice((np.nan, np.inf, -np.inf, 3e38))
        case 6:
            arrays[name] = np.zeros(rng.choice(((0,), (), (1, 1), (0, 5))), "f4")
        case 7:
            arrays[f"{name}x"] = arrays.pop(name)
        case 8:
            arrays[name] = np.array(["x"] * 3)
        case _:
            arrays["more"] = array
    packed = io.BytesIO()
    rng.choice((np.savez, np.savez_compressed))(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


SMALL_ENOUGH = {
    "words.dim": 9,
    "window.size": 99,
    "objective.draws": 5,
    "training.epochs": 3,
    "training.min_batches": 99,
}
REALS = (1e-300, 1e-9, 0.1, 0.5, 0.999, 1.0, 3.0, 1e9, 1e38, 1e300)
COUNTS = (0, 1, 2, 3, 51, 10**9, 10**18, 10**30)


def training(rng: random.Random, folder: Path) -> None:
    """Whatever a configuration may say, on a corpus that may be damaged: trained, or refused with a reason."""
    write_village(folder)
    base = columns_files()[0]
    _written(folder / "village.conll", mutate(rng, base) if rng.random() < 0.2 else base)
    overrides = ["training.epochs=1", "objective.draws=2", "words.dim=4", "scorer.hidden=[4]"]
    overrides += [f"{key}={_value(rng, key, info)}" for key, info in rng.sample(LEGAL, rng.choice((1, 2, 4)))]
    if rng.random() < 0.3:
        overrides.append('features={"shape": 1, "ngrams": 2, "prefix3": 1}')
    corruption = rng.choice(("window", "label", "sequence"))
    settings = load_config(folder / "village.yaml", [*overrides, f"objective.corruption={corruption}"])
    run = Run.start(folder / "run", settings)
    _consume(run.trainer.run())
    assert all(np.isfinite(value).all() for value in run.trainer.model.params.values())
    tagger = Tagger(run.trainer.model)
    assert len(tagger.tag(["Mira", "left", "Quellmark"])) == 3


NOT_VARIED = ("corpus.", "features", "scorer.hidden")
LEGAL = [(key, info) for key, info in config_keys() if not key.startswith(NOT_VARIED)]


def _value(rng: random.Random, key: str, info: Any) -> Any:
    """A value that has the type of the key, and may be out of its range."""
    _, found, names = info.description.partition("one of ")
    if found:
        return rng.choice(names.split(", "))
    kind = str(info.annotation)
    if "bool" in kind:
        return rng.choice(("true", "false"))
    if "int" in kind:
        return min(rng.choice(COUNTS), SMALL_ENOUGH.get(key, 10**30))
    if "float" in kind:
        return rng.choice(REALS)
    return rng.choice(("none", "balanced", "null", "test", "inverted"))


KINDS: dict[str, Kind] = {
    one.__name__: one
    for one in (
        columns,
        inline,
        csv_rows,
        raw_text,
        tag_objects,
        tag_columns,
        config,
        override,
        vectors,
        model,
        metrics,
        run_config,
        results,
        pretrain_text,
        pretrain_state,
        training,
    )
}

SLOW = {"config", "vectors", "model", "metrics", "run_config", "results", "training"}  # some ten milliseconds a case


def share(name: str) -> int:
    """How many cases a kind has where a slow one has one."""
    return 1 if name in SLOW else 5
