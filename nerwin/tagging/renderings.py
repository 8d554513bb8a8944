"""What a tagged text looks like when it is written: columns, JSON, markup, colours of a terminal, or a web page."""

import html
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from nerwin.corpora.inline import format_inline
from nerwin.errors import printable
from nerwin.tagging.annotations import Annotation
from nerwin.text.tags import Span

COLOURS = 6  # of a terminal, beside those of its text and its background
GOLDEN_ANGLE = 137.508  # degrees: types beside each other have hues far apart, and no two the same


def _conll(found: Annotation, types: Sequence[str]) -> Iterator[str]:
    """A token and its tag a line, and a blank line after each sentence."""
    lines = iter([f"{token.text}\t{tag}" for token, tag in zip(found.tokens, found.tags, strict=True)])
    for length in found.lengths or [0]:
        yield from itertools.islice(lines, length)
        yield ""


def _jsonl(found: Annotation, types: Sequence[str]) -> Iterator[str]:
    """One JSON object, its offsets in characters of the text."""
    yield json.dumps({"text": found.text, "ents": ents_of(found)}, ensure_ascii=False)


def ents_of(found: Annotation) -> list[dict[str, Any]]:
    """The entities as JSON has them."""
    return [{**one._asdict(), "score": round(one.score, 4)} for one in found.entities]


def _inline(found: Annotation, types: Sequence[str]) -> Iterator[str]:
    """The text with its entities marked up, in one line."""
    line = found.text.replace("\n", " ").replace("\r", " ")
    yield format_inline(line, [Span(one.start, one.end, one.label) for one in found.entities])


def _colour(found: Annotation, types: Sequence[str]) -> Iterator[str]:
    """The text with its entities in a colour of their type, for a terminal."""

    def paint(text: str, label: str) -> str:
        colour = 1 + types.index(label) % COLOURS
        return f"\x1b[1;3{colour}m{_for_terminal(text)}\x1b[0m\x1b[2m {printable(label)}\x1b[0m"

    yield "".join(_parts(found, _for_terminal, paint))


def _for_terminal(text: str) -> str:
    """Text for a terminal, which may hold tabs, but nothing else that is taken for orders."""
    return "\t".join(map(printable, text.split("\t")))


def _html(found: Annotation, types: Sequence[str]) -> Iterator[str]:
    """A paragraph of a page that begins with HTML_HEAD and ends with HTML_END."""

    def mark(text: str, label: str) -> str:
        hue = round(GOLDEN_ANGLE * types.index(label)) % 360
        return f'<mark style="--hue: {hue}">{html.escape(text)}<small>{html.escape(label)}</small></mark>'

    yield f'<p dir="auto">{"".join(_parts(found, html.escape, mark))}</p>'


HTML_HEAD = """\
<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Entities</title>
<style>
:root { color-scheme: light dark; font: 1.05rem/1.7 system-ui, sans-serif; }
body { max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
p { overflow-wrap: anywhere; white-space: pre-line; }
mark { color: inherit; background: hsl(var(--hue) 80% 50% / 0.25); border-radius: 0.25rem; padding: 0.1rem 0.25rem; }
mark small { font-size: 0.7em; font-weight: 600; margin-inline-start: 0.35rem; unicode-bidi: isolate; }
</style>
</head>
<body>
"""
HTML_END = "</body>\n</html>\n"


def _parts(found: Annotation, plain: Callable[[str], str], entity: Callable[[str, str], str]) -> Iterator[str]:
    """The text in its order, what is outside of entities and what is inside written in their ways."""
    end = 0
    for one in found.entities:
        yield plain(found.text[end : one.start])
        yield entity(one.text, one.label)
        end = one.end
    yield plain(found.text[end:])


# Each is given what was found in a text and the types of the model, whose order decides on their colours.
RENDERINGS: dict[str, Callable[[Annotation, Sequence[str]], Iterator[str]]] = {
    "conll": _conll,
    "jsonl": _jsonl,
    "inline": _inline,
    "colour": _colour,
    "html": _html,
}
# What stands before and after all that is rendered, if anything does.
FRAMES = {"html": ([HTML_HEAD.encode()], [HTML_END.encode()])}


def framed(form: str, rendered: Iterable[bytes]) -> Iterator[bytes]:
    """The whole of an output, given in pieces what is rendered of its texts."""
    head, end = FRAMES.get(form, ([], []))
    yield from head
    yield from rendered
    yield from end
