"""nerwin in a spaCy pipeline: spaCy's tokens in, doc.ents out, in one process or two, saved and loaded again."""

import importlib
import itertools
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import nerwin
from nerwin.errors import ConfigError, ModelError
from nerwin.text.tokenizer import Token
from tests.conftest import ROOT
from tests.village import VILLAGE, write_village

spacy = pytest.importorskip("spacy")
component_module = importlib.import_module("nerwin.integrations.spacy")  # registers the factory

TEXTS = [line.replace("[", "").replace("](PER)", "").replace("](LOC)", "") for line in VILLAGE.splitlines()]
ODD = [
    "",
    "  ",
    "\n\nMira Tolvan\n left  Quellmark.",
    "Lena \n Voss's boat",
    "naïve “Ines Falk” \U0001f30a left Dunmere!",
]
SETTINGS = {"training.epochs": 12, "objective.draws": 10, "training.seed": 3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained run."""
    village = write_village(tmp_path_factory.mktemp("village"))
    nerwin.train(village, village.parent / "run", settings=SETTINGS)
    return village.parent / "run"


@pytest.fixture
def nlp(folder: Path) -> Any:
    return pipeline(folder)


def pipeline(folder: Path, **config: Any) -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("nerwin", config={"model": str(folder), **config})
    return nlp


def entities_of(doc: Any) -> list[tuple[int, int, str]]:
    return [(one.start_char, one.end_char, one.label_) for one in doc.ents]


def expected(tagger: nerwin.Tagger, doc: Any) -> list[tuple[int, int, str]]:
    """What the tagger finds in the doc's own tokens, taken for one text."""
    tokens = [Token(one.text, one.idx, one.idx + len(one)) for one in doc if not one.is_space]
    return [one[:3] for one in tagger.annotate([(doc.text, tokens)])[0].entities]


def test_the_entities_are_those_of_the_tagger_on_the_same_tokens(nlp: Any, folder: Path) -> None:
    tagger, texts = nerwin.load(folder), TEXTS + ODD
    docs = list(nlp.pipe(texts, batch_size=7))
    assert [doc.text for doc in docs] == texts
    assert sum(len(doc.ents) for doc in docs) > 30
    assert [entities_of(doc) for doc in docs] == [expected(tagger, doc) for doc in docs]
    assert [entities_of(doc) for doc in docs] == [entities_of(nlp(text)) for text in texts]


def test_a_doc_without_sentences_is_cut_into_some(nlp: Any, folder: Path) -> None:
    doc = nlp("Lena Voss left Dunmere. Mira Olden came\n\nLena")
    assert [len(words) for words in component_module._sentences(doc)] == [5, 3, 1]
    doc = nlp("Lena Voss left Dunmere. Mira Olden came.")
    sentences = [["Lena", "Voss", "left", "Dunmere", "."], ["Mira", "Olden", "came", "."]]
    tags = itertools.chain.from_iterable(nerwin.load(folder).tag_many(sentences))
    assert [f"{one.ent_iob_}-{one.ent_type_}" if one.ent_type_ else "O" for one in doc] == list(tags)


def test_blanks_between_words_are_not_seen_and_stay_in_the_entity(nlp: Any) -> None:
    doc = nlp("Yesterday Lena \n Voss sold her farm near Dunmere .")
    assert [one.text for one in doc.ents] == [one.text.replace("Lena", "Lena \n") for one in nlp(TEXTS[4]).ents]
    assert "Lena \n Voss" in [one.text for one in doc.ents]


def test_nor_are_they_where_the_doc_has_sentences(nlp: Any) -> None:
    doc = spacy.tokens.Doc(nlp.vocab, words=["Lena", "\n", "Voss", "left"], sent_starts=[True, False, False, True])
    assert [[one.text for one in words] for words in component_module._sentences(doc)] == [["Lena", "Voss"], ["left"]]


def test_the_scores_stand_in_the_docs_spans(nlp: Any, folder: Path) -> None:
    doc, tagger = nlp(TEXTS[0]), nerwin.load(folder)
    assert list(doc.spans["nerwin"]) == list(doc.ents) != []
    assert doc.spans["nerwin"].attrs["scores"] == pytest.approx([one.score for one in tagger.entities(TEXTS[0])])


def test_a_least_score_leaves_the_others_out(folder: Path) -> None:
    scores = pipeline(folder)(TEXTS[0]).spans["nerwin"].attrs["scores"]
    strict = pipeline(folder, min_score=max(scores))(TEXTS[0])
    assert len(scores) > len(strict.ents) > 0


def test_a_sentence_ends_where_the_doc_says(nlp: Any, folder: Path) -> None:
    tagger, words = nerwin.load(folder), TEXTS[4].split()
    assert words[1:3] == ["Lena", "Voss"]
    starts = [place in (0, 2) for place in range(len(words))]
    whole, split = (spacy.tokens.Doc(nlp.vocab, words=words, sent_starts=given) for given in (None, starts))
    assert "Lena Voss" in [one.text for one in nlp(whole).ents]
    tags = [f"{one.ent_iob_}-{one.ent_type_}".rstrip("-") for one in nlp(split)]
    assert tags == [tag for row in tagger.tag_many([words[:2], words[2:]]) for tag in row]
    assert "Lena Voss" not in [one.text for one in split.ents]


def test_a_least_score_that_is_none_is_refused_at_once(folder: Path) -> None:
    with pytest.raises(ConfigError, match="min_score: expected a number from 0 to 1, found 7"):
        pipeline(folder, min_score=7.0)


def test_earlier_entities_are_replaced(folder: Path) -> None:
    ruled = pipeline(folder)
    ruler = ruled.add_pipe("entity_ruler", first=True)
    ruler.add_patterns([{"label": "THING", "pattern": "harbour"}])
    assert "THING" not in {one.label_ for one in ruled(TEXTS[1]).ents}


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="spaCy's processes are forked here alone")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_two_processes_find_the_same(nlp: Any) -> None:
    one, two = (list(nlp.pipe(TEXTS, n_process=number, batch_size=5)) for number in (1, 2))
    assert [entities_of(doc) for doc in one] == [entities_of(doc) for doc in two]
    assert [doc.spans["nerwin"].attrs["scores"] for doc in two] == [
        pytest.approx(doc.spans["nerwin"].attrs["scores"]) for doc in one
    ]


def _found(component: Any, text: str) -> list[tuple[int, int, str]]:
    return entities_of(component(spacy.blank("en")(text)))


def test_a_component_can_be_sent_to_another_process(nlp: Any) -> None:
    nlp(TEXTS[0])  # so that its tagger has been loaded, and goes along
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_found, (nlp.get_pipe("nerwin"), TEXTS[0])) == entities_of(nlp(TEXTS[0])) != []


# Saved pipelines.


@pytest.fixture
def travelled(folder: Path, tmp_path: Path) -> Path:
    """A saved pipeline whose run is here no more."""
    run = shutil.copytree(folder, tmp_path / "run")
    pipeline(run).to_disk(tmp_path / "pipeline")
    shutil.rmtree(run)
    return tmp_path / "pipeline"


def test_a_saved_pipeline_has_the_model_inside(travelled: Path, nlp: Any, folder: Path) -> None:
    again = spacy.load(travelled)
    for text in TEXTS + ODD:
        assert entities_of(again(text)) == entities_of(nlp(text))
    assert nerwin.load(travelled / "nerwin").tag(TEXTS[0].split()) == nerwin.load(folder).tag(TEXTS[0].split())


def test_a_pipeline_is_saved_twice_to_one_place(travelled: Path, nlp: Any) -> None:
    nlp.to_disk(travelled)
    nlp.to_disk(travelled)
    assert entities_of(spacy.load(travelled)(TEXTS[0])) == entities_of(nlp(TEXTS[0]))


def test_a_pipeline_goes_through_bytes(nlp: Any, tmp_path: Path) -> None:
    again = pipeline(tmp_path / "nowhere").from_bytes(nlp.to_bytes())
    assert entities_of(again(TEXTS[0])) == entities_of(nlp(TEXTS[0])) != []


def test_a_pipeline_remembers_its_least_score(folder: Path, tmp_path: Path) -> None:
    scores = pipeline(folder)(TEXTS[0]).spans["nerwin"].attrs["scores"]
    strict = pipeline(folder, min_score=max(scores))
    strict.to_disk(tmp_path)
    assert len(scores) > len(strict(TEXTS[0]).ents) == len(spacy.load(tmp_path)(TEXTS[0]).ents) > 0


def test_bytes_are_written_nowhere_but_where_they_are_read_again(nlp: Any, tmp_path: Path) -> None:
    forged = importlib.import_module("srsly").msgpack_dumps({str(tmp_path / "theirs"): b"harm"})
    with pytest.raises(ModelError, match="expected a run folder"):
        nlp.get_pipe("nerwin").from_bytes(forged)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_gone_is_one_clear_error(tmp_path: Path) -> None:
    gone = pipeline(tmp_path / "nowhere")
    for use in (lambda: gone("text"), lambda: list(gone.pipe(["text"])), lambda: gone.to_disk(tmp_path / "saved")):
        with pytest.raises(ModelError, match="nowhere: expected a run folder with best/, or a model folder"):
            use()


def test_a_saved_model_that_is_gone_or_damaged_is_one_clear_error(travelled: Path) -> None:
    (arrays,) = (travelled / "nerwin").glob("*.npz")
    arrays.write_bytes(arrays.read_bytes()[:-1])
    with pytest.raises(ModelError, match="the model is damaged"):
        spacy.load(travelled)
    shutil.rmtree(travelled / "nerwin")
    with pytest.raises(ModelError, match="pipeline/nerwin: expected a run folder"):
        spacy.load(travelled)


def test_a_component_without_a_model_is_refused_by_spacy() -> None:
    with pytest.raises(ValueError, match="nerwin -> model"):
        spacy.blank("en").add_pipe("nerwin")


def test_spacys_own_way_to_pass_over_errors_works(tmp_path: Path) -> None:
    gone, met = pipeline(tmp_path / "nowhere"), []
    gone.set_error_handler(lambda name, proc, docs, error: met.append((name, len(docs), type(error))))
    assert list(gone.pipe(["one", "two", "three"], batch_size=2)) == []
    assert met == [("nerwin", 2, ModelError), ("nerwin", 1, ModelError)]
    assert gone("one").ents == ()
    assert met[2:] == [("nerwin", 1, ModelError)]


# spaCy's tools.


def test_spacy_evaluate_scores_a_saved_pipeline(travelled: Path, nlp: Any, tmp_path: Path) -> None:
    cli = importlib.import_module("spacy.cli.evaluate")
    docs = [spacy.tokens.Doc(nlp.vocab, words=text.split()) for text in TEXTS]
    gold = spacy.tokens.DocBin()
    for doc, found in zip(docs, nlp.pipe([doc.copy() for doc in docs]), strict=True):
        kept = [spacy.tokens.Span(doc, one.start, one.end, label=one.label_) for one in found.ents]
        doc.set_ents(kept[:1])  # the first of each doc alone
        gold.add(doc)
    gold.to_disk(tmp_path / "gold.spacy")
    scores = cli.evaluate(str(travelled), tmp_path / "gold.spacy", silent=True)
    assert scores["ents_r"] == 1.0
    assert 0.5 < scores["ents_p"] < 1.0
    assert set(scores["ents_per_type"]) == {"LOC", "PER"}


def test_displacy_draws_the_entities(nlp: Any) -> None:
    page = spacy.displacy.render(nlp(TEXTS[0]), style="ent", jupyter=False)
    assert page.count("<mark") == len(nlp(TEXTS[0]).ents) > 0


def test_the_pipelines_analysis_knows_what_it_sets(nlp: Any) -> None:
    assert nlp.analyze_pipes()["summary"]["nerwin"]["assigns"] == ["doc.ents", "token.ent_iob", "token.ent_type"]
    assert nlp.pipe_labels["nerwin"] == ["LOC", "PER"]
    weights = nlp.get_pipe_meta("nerwin").default_score_weights
    assert weights == {"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None}


def test_spacy_finds_the_component_by_its_entry_point(folder: Path, tmp_path: Path) -> None:
    """In a process of its own, beside the metadata that installing nerwin would write."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((group, entries),) = project["entry-points"].items()
    installed = tmp_path / "nerwin_test-0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: nerwin-test\nVersion: 0\n")
    (installed / "entry_points.txt").write_text(
        "\n".join([f"[{group}]", *(f"{name} = {place}" for name, place in entries.items())])
    )
    code = (
        "import json, spacy, sys\n"
        "nlp = spacy.blank('en')\n"
        "nlp.add_pipe('nerwin', config={'model': sys.argv[1]})\n"
        "print(json.dumps([one.text for one in nlp(sys.argv[2]).ents]))\n"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", code, folder, TEXTS[0]],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == ["Mira Tolvan", "Quellmark"]


def test_without_the_library_the_import_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "srsly", None)
    monkeypatch.delitem(sys.modules, "nerwin.integrations.spacy")
    told = r'^nerwin\.integrations\.spacy: expected the extra "spacy", found no srsly\. Install it'
    with pytest.raises(ModuleNotFoundError, match=told):
        importlib.import_module("nerwin.integrations.spacy")
