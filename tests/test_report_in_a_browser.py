"""The page of `nerwin report` in a real browser: it opens without complaint, and the filter filters.

Skipped where there is no Chromium.
"""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.commands import DONE, nerwin
from tests.pages import Page, read_page
from tests.reports import MARKS, RUN, SCRIPT, rows, template  # noqa: F401 - a fixture

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr", "--dump-dom",
]  # fmt: skip

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs chromium")


def browse(page: Path, fragment: str = "") -> tuple[Page, list[str]]:
    """The page as it is once its script has run, and what the browser complains about."""
    assert BROWSER is not None
    profile = f"--user-data-dir={page.parent / 'profile'}"
    done = subprocess.run(
        [BROWSER, *FLAGS, profile, f"{page.resolve().as_uri()}{fragment}"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return read_page(done.stdout), [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture
def page(here: Path) -> Path:
    """The page of a run with errors of all kinds."""
    done = nerwin("report", RUN, "--data", "hard.conll", "-o", "page.html")
    assert done.exit_code == DONE, done.stderr
    return here / "page.html"


def visible(page: Page) -> list[dict[str, str]]:
    return [one for one in rows(page) if "hidden" not in one]


def test_the_page_opens_without_a_complaint_and_shows_every_mistake(page: Path) -> None:
    opened, complaints = browse(page)
    assert complaints == []
    everything = rows(opened)
    assert len(everything) > 5
    assert visible(opened) == everything
    assert "hidden" not in opened.all("form", id="filter")[0].attributes
    assert opened.all("output", id="count")[0].text == f"{len(everything)} of the {len(everything)} on this page"
    assert [one.path for one in opened.all("script")] == [("html", "body")]


@pytest.mark.parametrize(
    ("fragment", "chosen"),
    [
        ("#type=PER", {"type": "PER"}),
        ("#kind=missed", {"kind": "missed"}),
        ("#seen=no", {"seen": "no"}),
        ("#seen=yes&type=LOC&kind=spurious", {"seen": "yes", "type": "LOC", "kind": "spurious"}),
        ("#type=%3Cscript%3Ealert(1)%3C%2Fscript%3E", {"type": SCRIPT}),
        ("#type=%22%26%27", {"type": MARKS}),
        ("#type=unheard-of", {}),
        ("#errors", {}),
    ],
)
def test_the_filter_hides_what_does_not_fit(page: Path, fragment: str, chosen: dict[str, str]) -> None:
    opened, complaints = browse(page, fragment)
    assert complaints == []
    fits = [
        one
        for one in read_rows(page)
        if chosen.get("kind", one["kind"]) == one["kind"]
        and chosen.get("seen", one["seen"]) == one["seen"]
        and chosen.get("type", one["gold"] or one["found"]) in (one["gold"], one["found"])
    ]
    assert fits
    assert visible(opened) == fits
    assert opened.all("output", id="count")[0].text == f"{len(fits)} of the {len(rows(opened))} on this page"
    kinds = Counter(one["kind"] for one in fits)
    shown = [one.text for one in opened.all("div", class_="group") if "hidden" not in one.attributes]
    assert len(shown) == len(kinds)


def read_rows(page: Path) -> list[dict[str, str]]:
    return rows(read_page(page.read_text(encoding="utf-8")))


def test_a_script_that_fails_or_is_not_the_pages_own_would_be_noticed(tmp_path: Path, page: Path) -> None:
    """The tests above can fail: the console is listened to, and the page's policy holds."""
    other = tmp_path / "other.html"
    html = page.read_text(encoding="utf-8")
    other.write_text(html.replace("<main>", "<main><script>document.title = 'taken over'</script>"), encoding="utf-8")
    opened, complaints = browse(other)
    assert opened.all("title")[0].text != "taken over"
    assert "Content Security Policy" in "".join(complaints)
