"""An HTML page as a test reads it: its elements with their attributes and their text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "img", "br", "hr", "input"}


@dataclass
class Element:
    """An element, the elements around it, and all the text inside it."""

    tag: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """All elements of a page in order; elements that are not closed in their turn are an error."""

    elements: list[Element] = field(default_factory=list)
    _open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self._open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        path = tuple(one.tag for one in self._open)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, path))

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        assert closed.tag == tag, f"<{closed.tag}> ends with </{tag}>"

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data

    def table(self, caption: str) -> list[list[str]]:
        """The cells of each row of the table whose caption begins so."""
        rows: list[list[str]] = []
        wanted = False
        for one in self.elements:
            if one.tag == "caption":
                wanted = one.text.startswith(caption)
            elif wanted and one.tag == "tr":
                rows.append([])
            elif wanted and one.tag in ("th", "td"):
                rows[-1].append(one.text)
        return rows

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of that name with these attributes; an underscore stands for a hyphen."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [one for one in self.elements if one.tag == tag and wanted.items() <= one.attributes.items()]


def read_page(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page._open == []
    return page
