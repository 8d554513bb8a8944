"""What a report is asked for in tests: two runs, a corpus that is hard for them, and the page of a command."""

from pathlib import Path

import pytest

from tests.commands import DONE, nerwin
from tests.pages import Page, read_page
from tests.village import write_village

RUN = "runs/village"
SCRIPT, MARKS, COMMENT = "<script>alert(1)</script>", "\"&'", "<i>#</i>"

# Sentences of the village, whose entities its model knows, with other ones that are said to be true.
HARD = f"""\
Mira\tB-LOC
Tolvan\tI-LOC
left\tO
Quellmark\tO
before\tO
dawn\tO
.\tO

The\tO
harbour\tB-LOC
of\tI-LOC
Port\tI-LOC
Ansel\tI-LOC
froze\tO
in\tO
March\tO
.\tO

Our\tO
neighbour\tO
Jonas\tB-{SCRIPT}
Pell\tI-{SCRIPT}
keeps\tO
bees\tO
.\tO

Nothing\tO
grows\tO
on\tO
the\tO
hill\tB-PER
behind\tO
the\tO
mill\tO
.\tO

{SCRIPT}\tB-{MARKS}
{MARKS}\tI-{MARKS}
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the village, what is hard about it, and two finished runs."""
    folder = tmp_path_factory.mktemp("template")
    config = write_village(folder)
    (folder / "hard.conll").write_text(HARD, encoding="utf-8")
    for name, epochs in (("village", 10), ("other", 4)):
        done = nerwin(
            "train", "-c", config, "-o", folder / "runs" / name, "-q",
            "--set", f"training.epochs={epochs}", "--set", f"corpus.comments={COMMENT}",
        )  # fmt: skip
        assert done.exit_code == DONE, done.stderr
    return folder


def report(*words: object) -> Page:
    """The page that a command writes."""
    done = nerwin("report", *words, "--output", "page.html")
    assert done.exit_code == DONE, done.stderr
    page = Path("page.html").read_text(encoding="utf-8")
    assert done.stdout == f"page.html: {len(page.encode()):,} bytes\n"
    return read_page(page)


def rows(page: Page) -> list[dict[str, str]]:
    """What the page says of each mistake."""
    return [
        {name.removeprefix("data-"): value for name, value in one.attributes.items()}
        for one in page.all("li")
        if "data-kind" in one.attributes
    ]
