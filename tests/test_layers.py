"""The layers of the package, read from its import statements: who may know whom, and what stands outside."""

import ast
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import nerwin

PACKAGE = Path(nerwin.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each layer, and which of those before it it may know besides errors.
ALLOWED = {
    "errors": set(),
    "arrays": set(),
    "collector": set(),
    "cached": set(),
    "counts": set(),
    "deafness": set(),
    "shell": set(),
    "shipped": set(),
    "versions": set(),
    "files": {"arrays"},
    "text": {"arrays", "cached"},
    "corpora": {"arrays", "cached", "collector", "counts", "files", "text"},
    "vectors": {"arrays", "counts", "files", "text"},
    "network": {"arrays", "cached"},
    "optim": {"arrays"},
    "corruption": {"arrays", "text", "network"},
    "storage": {"arrays", "shell"},
    "config": {
        "counts", "deafness", "shell", "files", "text", "corpora", "network", "optim", "corruption", "storage"
    },
    "parts": {"arrays", "counts", "files", "text", "corpora", "config"},
    "parallel": {"deafness", "versions"},
    "evaluation": {"arrays", "text"},
    "model": {
        "arrays", "cached", "versions", "files", "text", "network", "corruption", "storage", "config", "evaluation"
    },
    "training": {
        "arrays", "counts", "files", "text", "vectors", "network", "optim", "corruption", "storage", "config", "parts",
        "evaluation", "model"
    },
    "run": {"counts", "vectors", "storage", "config", "parts", "model", "training"},
    "comparison": {"counts", "files", "vectors", "storage", "config", "parts", "parallel", "model", "run"},
    "pretraining": {"arrays", "files", "text", "corpora", "network", "optim", "storage"},
    "tagging": {
        "arrays", "collector", "deafness", "versions", "files", "text", "corpora", "corruption", "storage", "parallel",
        "evaluation", "model"
    },
    "api": {"corpora", "storage", "config", "parts", "evaluation", "model", "training", "run", "tagging"},
    "analysis": {
        "arrays", "counts", "versions", "text", "corpora", "vectors", "network", "corruption", "storage", "config",
        "parts", "model", "run"
    },
    "report": {
        "counts", "files", "text", "corpora", "storage", "config", "evaluation", "model", "run", "tagging", "analysis"
    },
    "integrations": {"text", "corpora", "config", "parts", "tagging", "api"},
    "cli": {
        "api", "collector", "counts", "shell", "shipped", "files", "text", "corpora", "network", "storage", "config",
        "parts", "parallel", "evaluation", "model", "training", "run", "comparison", "pretraining", "tagging",
        "analysis", "report"
    },
}  # fmt: skip
# What only those need who install an extra, and the modules that import it.
EXTRAS = {
    "spacy": ["nerwin/corpora/docbin.py", "nerwin/integrations/spacy.py"],
    "srsly": ["nerwin/integrations/spacy.py"],
    "sklearn": ["nerwin/integrations/sklearn.py"],
    "dask": ["nerwin/parallel/cluster.py"],
    "distributed": ["nerwin/parallel/cluster.py"],
}
# The package itself hands out its public names on demand; __main__ is the command.
EXEMPT = {"__init__.py", "__main__.py"}


class Import(NamedTuple):
    module: str
    line: int


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


@functools.cache
def code_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[Import]:
    """Every import of a module, those inside functions too."""
    for node in ast.walk(code_of(path)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            assert node.module is not None
            # `from nerwin.corpora import tagged_columns` names a module, `from nerwin import __version__` does not.
            inner = [alias.name for alias in node.names if node.module == "nerwin" and alias.name in ALLOWED]
            yield from (Import(f"{node.module}.{name}", node.lineno) for name in inner or [""])


def layer_of(module: str) -> str:
    """The layer that a module belongs to, or "" for the package itself."""
    return module.rstrip(".").partition(".")[2].partition(".")[0]


def top(module: str) -> str:
    return module.partition(".")[0]


def users_of(library: str) -> list[str]:
    """The modules that import a library."""
    return [name_of(path) for path in MODULES if any(top(one.module) == library for one in imports(path))]


def test_there_is_something_to_read() -> None:
    assert len(MODULES) > 140
    assert {layer_of(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)) for path in MODULES} >= set(
        ALLOWED
    )


inner = pytest.mark.parametrize(
    "path", [path for path in MODULES if str(path.relative_to(PACKAGE)) not in EXEMPT], ids=name_of
)


@inner
def test_imports_go_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    assert own in ALLOWED, f"{own} has no place among the layers yet"
    legal = ALLOWED[own] | {own, "errors", ""}
    wrong = [one for one in imports(path) if top(one.module) == "nerwin" and layer_of(one.module) not in legal]
    assert wrong == []


def test_each_layer_knows_only_earlier_ones_and_none_in_vain() -> None:
    layers = list(ALLOWED)
    for number, (layer, known) in enumerate(ALLOWED.items()):
        assert known <= set(layers[:number])
        paths = [path for path in MODULES if path.relative_to(PACKAGE).with_suffix("").parts[0] == layer]
        assert known <= {layer_of(one.module) for path in paths for one in imports(path)}


def test_the_map_of_the_package_is_whole_and_in_order() -> None:
    """A newcomer reads it first: every folder, and the api, in the order of the layers; below them single modules."""
    mapped = re.findall(r"^    (\w+)  ", nerwin.__doc__ or "", re.MULTILINE)
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert set(mapped) == folders | {"api"}
    assert mapped == [layer for layer in ALLOWED if layer in mapped]


@inner
def test_outside_the_standard_library_a_layer_needs_little(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    outside = {top(one.module) for one in imports(path)} - sys.stdlib_module_names - {"nerwin", *EXTRAS}
    assert outside <= {
        "errors": set(),
        "shipped": set(),
        "config": {"numpy", "pydantic", "pydantic_core", "yaml"},
        "report": {"jinja2", "markupsafe", "matplotlib"},
        "cli": {"typer", "rich"},
    }.get(own, {"numpy"})


def test_what_learns_knows_no_files() -> None:
    """Its start alone does, for the vectors to start from and the model whose thresholds are kept; a run saves."""
    known = re.compile(r"nerwin\.(files|storage|vectors|model\.files|model\.manifest)\b")
    readers = [name_of(path) for path in MODULES if any(known.match(one.module) for one in imports(path))]
    assert [name for name in readers if name.startswith("nerwin/training/")] == [
        "nerwin/training/fresh.py",
        "nerwin/training/refit.py",
    ]


@pytest.mark.parametrize("library", ["typer", "rich", "click"])
def test_the_terminal_is_the_command_lines_alone(library: str) -> None:
    assert [name for name in users_of(library) if not name.startswith("nerwin/cli/")] == []


@pytest.mark.parametrize("library", ["jinja2", "matplotlib"])
def test_the_extra_is_the_reports_alone(library: str) -> None:
    users = users_of(library)
    assert users
    assert [name for name in users if not name.startswith("nerwin/report/")] == []


def test_yaml_is_read_in_one_place() -> None:
    assert users_of("yaml") == ["nerwin/config/yaml_files.py"]


@pytest.mark.parametrize("library", EXTRAS)
def test_an_extra_is_used_where_it_belongs(library: str) -> None:
    assert users_of(library) == EXTRAS[library]


def test_the_config_models_alone_use_pydantic() -> None:
    assert users_of("pydantic") == ["nerwin/config/kinds.py", "nerwin/config/settings.py"]


@pytest.mark.parametrize(
    "library", ["pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "copyreg", "ctypes"]
)
def test_nothing_that_runs_code_from_files_is_imported(library: str) -> None:
    assert users_of(library) == []


def test_pickle_is_spoken_of_only_to_refuse_it() -> None:
    refusal = re.compile(r"allow_pickle=False|(?i:nothing is (ever )?(un)?pickled|no pickle)")
    spoken = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "pickle" in refusal.sub("", line).lower()
    ]
    assert spoken == []


@pytest.mark.parametrize("function", ["load", "save", "savez", "savez_compressed"])
def test_numpy_files_are_read_and_written_without_pickle(function: str) -> None:
    calls = [
        node
        for path in MODULES
        for node in ast.walk(code_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"np.{function}"
    ]
    refused = [
        keyword.arg == "allow_pickle" and isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        for call in calls
        for keyword in call.keywords
        if keyword.arg
    ]
    assert refused.count(True) == len(calls)


@pytest.mark.parametrize("name", ["eval", "exec", "compile", "__import__"])
def test_no_text_is_run_as_code(name: str) -> None:
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(code_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]
    assert calls == []


def attributes(pattern: str) -> list[str]:
    """Where an attribute such as np.random.seed is used."""
    return [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(code_of(path))
        if isinstance(node, ast.Attribute) and re.fullmatch(pattern, ast.unparse(node))
    ]


def test_randomness_has_no_global_state() -> None:
    assert attributes(r"np\.random\.[a-z_]+") == attributes(r"np\.random\.default_rng") != []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(code_of(path))


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "base", "misc"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    assert [path for path in MODULES if name in (path.stem, path.parent.name)] == []
