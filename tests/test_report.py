"""`nerwin report`: what is on the page, and that nothing on it is run or fetched."""

import itertools
import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import matplotlib
import pytest

from nerwin.config.corpora import hold_out
from nerwin.corpora.reading import read_corpus
from nerwin.model.files import load_model
from nerwin.report.contents import report_runs
from nerwin.report.familiarity import names_in, training_names
from nerwin.report.sentences import SHOWN
from tests.commands import BAD, DONE, nerwin, one_json_object
from tests.reports import COMMENT, HARD, MARKS, RUN, SCRIPT, report, rows, template  # noqa: F401 - a fixture

# Of hard.conll but for its last sentence, whose entities can be missed or found as something.
MISTAKES = [
    {"kind": "boundary", "gold": "LOC", "found": "LOC", "seen": "no"},
    {"kind": "type", "gold": "LOC", "found": "PER", "seen": "yes"},
    {"kind": "type", "gold": SCRIPT, "found": "PER", "seen": "yes"},
    {"kind": "missed", "gold": "PER", "found": "", "seen": "no"},
    {"kind": "spurious", "gold": "", "found": "LOC", "seen": "yes"},
]


# Contents


def test_the_page_of_a_run_has_its_parts(here: Path) -> None:
    page = report(RUN)
    assert [one.text for one in page.all("h1")] == [RUN]
    titles = ["Training", "Types", "Confusion", "Reliability of the scores", "Errors", "Detectors", "Configuration"]
    assert [one.text for one in page.all("h2")] == titles
    captions = [one.text for one in page.all("figcaption")]
    assert captions[:4] == ["Loss", "Pairs inside the margin", "Learning rate", "Dev F1"]
    linked = {one.attributes["href"] for one in page.all("a")}
    assert len(linked) == len(titles)
    assert linked <= {f"#{one.attributes.get('id')}" for one in page.elements}


def test_a_model_without_epochs_has_a_page_without_curves(here: Path) -> None:
    settings = [f"--set={one}" for one in ("training.seed=2", "training.epochs=1", f"corpus.comments={COMMENT}")]
    assert nerwin("train", "--config", "village.yaml", *settings, "--output", "runs/seed2").exit_code == DONE
    assert nerwin("average", RUN, "runs/seed2", "--output", "runs/both").exit_code == DONE
    assert "dev F1" in (said := nerwin("info", "runs/both").stdout)
    assert "epoch" not in said.partition("size")[0]
    page = report("runs/both", "--data", "village.conll")
    assert [one.text for one in page.all("h2")][:2] == ["Types", "Confusion"]
    f1 = json.loads(Path("runs/both/model.json").read_text())["best"]["f1"]
    (said,) = (one.text for one in page.all("p") if "Dev F1" in one.text)
    assert f"Dev F1 {100 * f1:.2f}." in said
    sums = nerwin("info", "runs/both").stdout
    done = nerwin("report", "runs/both", "--data", "village.conll")
    assert done.stdout.startswith("runs/both.html: ")
    assert nerwin("info", "runs/both").stdout == sums  # a model's folder holds the model alone
    together = report("runs/both", RUN, "--data", "village.conll")
    assert [one.text for one in together.all("li") if one.text in ("runs/both", RUN)] == [RUN]
    assert [one.text for one in together.all("summary") if "epochs" in one.text] == [f"Figures of the epochs: {RUN}"]
    assert next(one.text for one in together.all("figcaption")) == "Loss"


def test_the_figures_are_those_of_evaluate(here: Path) -> None:
    scores = one_json_object(nerwin("evaluate", RUN, "--json"))
    page = report(RUN)
    cells = [one.text for one in page.all("td", class_="number")]
    for label, score in scores["types"].items():
        figures = [f"{100 * score[name]:.2f}" for name in ("precision", "recall", "f1")]
        assert any(cells[i : i + 4] == [*figures, str(score["support"])] for i in range(len(cells)))
        assert label in [one.text for one in page.all("th", scope="row")]
    shaded = [one for one in page.all("td") if "style" in one.attributes]
    rows_of = [list(row.values()) for row in scores["confusion"].values()]
    assert [int(one.text.replace(",", "")) for one in shaded] == [count for row in rows_of for count in row]
    shares = [count / max(sum(row), 1) for row in rows_of for count in row]
    assert [one.attributes["style"] for one in shaded] == [f"--share: {share:.3f}" for share in shares]
    assert any("over the windows of the first 20 sentences" in one.text for one in page.all("p"))
    told = one_json_object(nerwin("info", RUN, "--json"))
    (run,), _ = report_runs([Path(RUN)], None)
    assert (run.parameters, run.kept) == (told["parameters"], told["best"]["epoch"])
    assert run.kept < len(run.epochs)


def test_of_a_large_corpus_the_first_sentences_tell_what_detectors_detect(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nerwin.report.contents.PROBED", 2)
    _, closeup = report_runs([Path(RUN)], None)
    shown = {word for one in closeup.detectors for window, _ in one.most for word in window.split()}
    assert shown <= {"_", *(word for words in closeup.corpus.words[:2] for word in words)}


def test_an_entity_counts_as_right_where_evaluate_counts_it(here: Path) -> None:
    mixed = Path("mixed.conll")
    mixed.write_text(f"{HARD}\n{Path('village.conll').read_text()}")
    (run,), closeup = report_runs([Path(RUN)], mixed)
    assert 0 < run.evaluation.overall.correct < run.evaluation.overall.found
    assert sum(one.entities for one in closeup.bins) == run.evaluation.overall.found
    assert sum(one.entities * one.right for one in closeup.bins) == pytest.approx(run.evaluation.overall.correct)


def test_the_first_of_several_runs_is_shown_from_near_and_each_has_its_own_dev_f1(here: Path) -> None:
    hard, places = Path("hard.conll"), [Path(RUN), Path("runs/other")]
    runs, closeup = report_runs(places, hard)
    alone = [report_runs([place], hard)[1] for place in places]
    assert closeup.found == alone[0].found != alone[1].found
    assert [one.dev_f1 for one in runs] == [max(epoch.f1 or 0.0 for epoch in one.epochs) for one in runs]


def test_the_curves_are_heard_with_their_figures(here: Path) -> None:
    lines = [json.loads(line) for line in Path(RUN, "metrics.jsonl").read_text().splitlines()]
    heard = [one.attributes["aria-label"] for one in report(RUN).all("svg", role="img")]
    first, last = lines[0]["loss"], lines[-1]["loss"]
    assert f"Loss by epoch. {RUN}: from {first:.4g} to {last:.4g} in 10 epochs." in heard
    assert len(heard) == 6


def test_every_mistake_is_shown_in_its_sentence(here: Path) -> None:
    page = report(RUN, "--data", "hard.conll")
    shown = rows(page)
    assert [one for one in shown if MARKS not in one.values()] == MISTAKES
    (mira,) = [one for one in page.all("mark") if one.text == "Mira Tolvan\xa0LOC"]
    assert mira.path[-4:] == ("ol", "li", "p", "span")
    assert "Mira Tolvan\xa0PER" in [one.text for one in page.all("mark")]
    places = [one.text.partition(",")[0] for one in page.all("p", class_="note") if one.path[-1] == "li"]
    assert places[:4] == [f"line {number}" for number in (10, 1, 21, 31)]  # where what the row is about begins
    counted = [one.text for one in page.all("h3")]
    kinds = Counter(one["kind"] for one in shown)
    assert counted == [f"{kind.capitalize()}: {kinds[kind]}" for kind in ("boundary", "type", "missed", "spurious")]


def test_the_configuration_and_what_differs_from_the_defaults(here: Path) -> None:
    keys = [one.text for one in report(RUN).all("th", class_="value")]
    counts = Counter(keys)
    assert counts["training.epochs"] == 2  # among what differs, and among all
    assert counts["window.size"] == 1


def test_without_the_training_corpus_it_is_not_known_what_was_seen(here: Path) -> None:
    os.rename("village.conll", "elsewhere.conll")
    page = report(RUN, "--data", "hard.conll")
    assert page.all("select", name="type")
    assert page.all("select", name="seen") == []
    assert "does not know which names were seen" in page.all("section", id="errors")[0].text


def test_a_corpus_without_a_found_entity_or_a_mistake(here: Path) -> None:
    Path("quiet.conll").write_text("mill\tO\n", encoding="utf-8")
    page = report(RUN, "--data", "quiet.conll")
    assert "There are none." in page.all("section", id="errors")[0].text
    assert page.all("select") == []


def test_the_page_says_how_many_mistakes_are_shown(here: Path) -> None:
    Path("many.conll").write_text("mill\tB-PER\n\n" * (SHOWN + 50), encoding="utf-8")
    page = report(RUN, "--data", "many.conll")
    assert Counter(one["kind"] for one in rows(page)) == {"missed": SHOWN}
    assert [one.text for one in page.all("h3")] == [f"Missed: {SHOWN + 50}"]
    assert f"Shown are {SHOWN} of them" in page.all("section", id="errors")[0].text


def test_the_types_with_the_most_entities_have_bars_and_those_with_the_most_mistakes_come_first(here: Path) -> None:
    Path("types.conll").write_text("".join(f"mill\tB-T{k}\n\n" * (k + 1) for k in range(14)), encoding="utf-8")
    page = report(RUN, "--data", "types.conll")
    (heard,) = (
        label for one in page.all("svg", role="img") if "F1 of each type" in (label := one.attributes["aria-label"])
    )
    assert re.findall(r"T\d+", heard) == [f"T{k}" for k in range(13, 1, -1)]
    heads = [one.text for one in page.all("th", scope="row") if re.fullmatch(r"T\d+", one.text)]
    assert heads[-14:] == [f"T{k}" for k in range(13, -1, -1)]  # the last table with types is that of mistakes


def test_a_mistake_stands_on_the_page_with_twenty_words_around_it(here: Path) -> None:
    Path("long.conll").write_text(
        "the\tO\n" * 30 + "mill\tB-PER\n" + "burned\tO\n" * 30 + "\nmill\tB-PER\n", encoding="utf-8"
    )
    shown = [one.text for one in report(RUN, "--data", "long.conll").all("li") if "data-kind" in one.attributes]
    first, second = shown
    assert [first.split().count(word) for word in ("the", "burned")] == [
        40,
        40,
    ]  # twenty in what is true, and in what is found
    assert first.startswith("\nline 31, ")
    assert "…" not in second


def test_a_run_whose_dev_part_was_held_out_is_shown_on_it(here: Path) -> None:
    before, _, last = Path("village.conll").read_text().rpartition("Ines")
    Path("village.conll").write_text(f"{before}Zara{last}")  # a name of the twentieth sentence alone
    nothing_else = ("--set", "corpus.dev=null", "--set", "corpus.test=null", "--set", "training.epochs=2")
    assert nerwin("train", "-c", "village.yaml", "-q", "-o", "held", *nothing_else).exit_code == DONE
    page = report("held")
    sentences = read_corpus(Path("village.conll")).sentences
    learned, held = (names_in(one) for one in hold_out(sentences))
    assert held - learned == {("Zara", "Falk")}
    model = load_model(Path("held", "best"))
    assert training_names(model.config, model.sources) == learned
    assert any("village.conll (every tenth sentence, held out)" in one.text for one in page.all("p"))
    Path("village.conll").write_text(f"{before}Zora{last}")
    assert training_names(model.config, model.sources) is None


def test_the_epoch_that_is_kept_is_told_and_not_the_one_that_dev_likes_best(here: Path) -> None:
    settings = "training: {epochs: 8, patience: null, keep: last}\n"
    Path("last.yaml").write_text(f"corpus: {{train: village.conll, dev: hard.conll}}\n{settings}")
    assert nerwin("train", "-c", "last.yaml", "-o", "last").exit_code == DONE
    page = report("last", "--data", "hard.conll")
    lines = [json.loads(line) for line in Path("last/metrics.jsonl").read_text().splitlines()]
    said = [" ".join(one.text.split()) for one in page.all("p")]
    assert any(f"Dev F1 {100 * lines[-1]['dev']['f1']:.2f} in epoch 8 of 8." in one for one in said)
    (run,), _ = report_runs([Path("last")], Path("hard.conll"))
    assert (run.kept, run.dev_f1) == (8, lines[-1]["dev"]["f1"])


def test_words_and_tags_stand_in_the_columns_that_are_named(here: Path) -> None:
    lines = (f"1\t{line}\t_\n" if line else "# a note\n\n" for line in HARD.split("\n"))
    Path("hard.conllu").write_text("".join(lines))
    columns = ("--word-column", 1, "--tag-column", -2, "--comments", "#")
    named = report(RUN, "--data", "hard.conllu", *columns).all("td")
    assert named
    assert [one.text for one in named] == [one.text for one in report(RUN, "--data", "hard.conll").all("td")]
    refused = nerwin("report", RUN, "--data", "hard.conllu", "--output", "none.html")
    assert refused.exit_code == BAD
    assert "--tag-column" in refused.stderr
    assert not Path("none.html").exists()


# Several runs


def test_several_runs_stand_side_by_side(here: Path) -> None:
    page = report(RUN, "runs/other")
    assert [one.text for one in page.all("h1")] == [f"{RUN} and 1 other run"]
    assert page.all("h2")[0].text == "Runs"
    headed = [one.text for one in page.all("th", scope="row")]
    assert headed[:3] == [RUN, "runs/other", "training.epochs"]
    assert [one.text for one in page.all("td", class_="value")][2:4] == ["10", "4"]  # after what both were scored on
    assert [one.text.strip() for one in page.all("li") if "ul" in one.path and "nav" not in one.path][:2] == headed[:2]
    loss = page.all("svg", role="img")[0]
    assert f"{RUN}: from" in loss.attributes["aria-label"]
    assert "runs/other: from" in loss.attributes["aria-label"]


# Nothing is run, nothing is fetched


def test_what_comes_from_files_is_text_and_nothing_else(here: Path) -> None:
    shutil.move(RUN, "runs/<b>&'")
    page = report("runs/<b>&'", "--data", "hard.conll")
    assert [one.path for one in page.all("script")] == [("html", "body")]
    assert "alert" not in page.all("script")[0].text
    assert page.all("b") == []
    assert page.all("h1")[0].text == "runs/<b>&'"
    assert SCRIPT in [one.text for one in page.all("th", scope="row")]
    assert MARKS in [one.attributes.get("value") for one in page.all("option")]
    assert f"{SCRIPT} {MARKS}\xa0{MARKS}" in [one.text for one in page.all("mark")]
    assert page.all("i") == []
    assert f'"{COMMENT}"' in [one.text for one in page.all("td", class_="value")]  # corpus.comments
    assert f"{SCRIPT[:23]}…" in [one.text for one in page.all("text")]  # beside its bars
    assert not [name for one in page.elements for name in one.attributes if name.startswith("on")]


def test_nothing_is_fetched(here: Path) -> None:
    page = report(RUN)
    html = Path("page.html").read_text(encoding="utf-8")
    assert "http:" not in html
    assert "https:" not in html
    assert "//" not in re.sub(r"^// .*", "", page.all("script")[0].text, flags=re.MULTILINE)
    assert set(re.findall(r"url\(.", html)) == {"url(#"}
    assert not {"img", "link", "iframe", "object", "image"} & {one.tag for one in page.elements}
    assert not [one for one in page.elements if "src" in one.attributes]
    assert all(one.attributes["href"].startswith("#") for one in page.elements if "href" in one.attributes)
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_equal_runs_give_equal_pages_whatever_the_users_style_is(here: Path) -> None:
    report(RUN)
    before = Path("page.html").read_bytes()
    with matplotlib.rc_context({"lines.linewidth": 7, "font.size": 30}):
        report(RUN)
    assert Path("page.html").read_bytes() == before


# For everybody


def test_the_page_can_be_heard_and_walked_through(here: Path) -> None:
    page = report(RUN, "runs/other", "--data", "hard.conll")
    assert page.all("html")[0].attributes["lang"] == "en"
    names = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(names) == len(set(names))
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(one.attributes.get("scope") in ("row", "col") for one in page.all("th"))
    assert all(one.attributes["aria-label"] for one in page.all("svg", role="img"))
    assert [one.path[-1] for one in page.all("select")] == ["label"] * 3
    scrolled = page.all("div", class_="scroll")
    assert all(one.attributes["tabindex"] == "0" and one.attributes["aria-label"] for one in scrolled)
    levels = [int(one.tag[1]) for one in page.elements if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
