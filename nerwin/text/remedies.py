"""What to do about a line of columns that cannot be read: hints that depend on what it looks like."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence

from nerwin.text.choices import Scheme
from nerwin.text.column_doubts import MARKS, NON_WORD, WITHOUT_NON_WORDS
from nerwin.text.columns import Columns, Line
from nerwin.text.files import BLANK
from nerwin.text.schemes import TYPES_ALONE, in_brackets, is_legal, is_seen, is_type, split_prefix
from nerwin.text.tags import OUTSIDE, is_tag

TOO_FEW = (
    "Separate word and tag by a tab or a space{}. Or is the line a comment (corpus.comments), or corpus.delimiter, "
    "corpus.word_column or corpus.tag_column another?"
)
NO_TAG = (
    "Is corpus.tag_column the column of the tags? Then write B- or I- before each type{}. Or is the line a comment "
    "(corpus.comments)?"
)
ALONE = ", or set corpus.scheme to types if they stand alone"
HEADER = " Or names of columns? Take it out."  # of the first line
COMMENT = 'Is the line a comment? Then set corpus.comments to "#".'
JSON = "Is it JSON? Then convert it: nerwin convert --from jsonl IN OUT."
CSV = "Is it CSV? Then convert it: nerwin convert --from csv IN OUT."
TABLE = (
    "Separate word and tag by a tab or a space, {}. Is it CSV? Then name its columns in a first row, as sentence_id, "
    "token and tag, and convert it: nerwin convert --from csv IN OUT."
)
STANDOFF = "Is it {}? nerwin does not read that: write JSON Lines with offsets, or a token a line."
WEBANNO = "Is it WebAnno's TSV? nerwin does not read that: export CoNLL 2002."
SLASHES = "Are these words with their tags, a sentence a line? Write a word and its tag a line, blank lines between."
XML = "Is it XML? nerwin does not read that. Or is the line a comment (corpus.comments)?"
BARE = (
    "Write a type behind it: sed -E 's/([[:blank:]][BIESLUM])([[:space:]]*)$/\\1-NAME\\2/' IN > OUT does, if it "
    "stands last. Or is corpus.tag_column another?"
)
PREFIX = "Write a prefix in capitals, a hyphen and a type, as in B-PER. Or is corpus.tag_column another?"
NO_TYPE = "No type can be called O, which is what is outside: call it otherwise."
COLUMN = "Is column {0} that of the tags? Then set corpus.tag_column to {0}."
EMPTY = "Give the token a tag, O if outside."
WIDE = "Is the file UTF-16? Then convert it to UTF-8."
BRACKETS = "Brackets as in CoNLL-2012 are not read: write B- and I- (the README says how)."
ONTONOTES = f"Is it CoNLL-2012's OntoNotes? Column 10 has its entities. {BRACKETS}"
NO_WORD = f"Is it none of CoNLL-U's words (3-4 or 5.1)? Then take such lines out: {WITHOUT_NON_WORDS} IN > OUT."
OUTSIDE_THERE = "Is it outside? Then write O."
TYPE_ALONE = "Set corpus.scheme to types if they stand alone here."

OUTSIDES = ("o", "0", "-", "_", "\u041e", "\u039f")  # other ways to write O; the last two are Cyrillic and Greek
# By how the first line begins.
FORMS = {
    r'\s*[{\[]\s*(["{\[]|$)': JSON,
    r"\s*<[\w?!]": XML,
    r"(?i:(?=.*[,;])([^\t,;]*[,;])*(tokens?|words?)([,;]|$))": CSV,
    r'"[^"\t]*"(\t"[^"\t]*")+$': CSV,
    r"(?i:(sent|doc)[\w #]*\t(.*\t)?(tokens?|words?)(\t|$))": CSV,
    r"T\d+\t\S+ \d+ \d+": STANDOFF.format("brat's standoff"),
    r"\d+\|[ta]\|": STANDOFF.format("PubTator's form"),
    r"#FORMAT=WebAnno": WEBANNO,
}


def for_few_columns(line: Line) -> str:
    """What may be done where a file's first token has too few columns."""
    by = _by_another_mark(line.text)
    if by and is_tag(re.split("[,;]", line.text)[-1]):
        return TABLE.format(by)
    return next(_of_line(line, first=True), TOO_FEW.format(f", {by}" if by else ""))


def for_tag(line: Line, columns: Columns, others: Sequence[int], *, first: bool) -> str:
    """What may be done about a tag that is not legal.

    Args:
        others: further columns that hold tags and nothing else, if that of the tags has had no entity so far.
        first: whether it is the file's first token.
    """
    width, tag, scheme = len(line.fields), line.fields[columns.tag], columns.scheme
    word = columns.word % width
    if word in others:
        words = str(columns.tag % width) if width == 2 else "that of the words"
        return f"Column {word} holds tags: set corpus.tag_column to {word} and corpus.word_column to {words}."
    untagged = not tag.strip(BLANK) or tag in OUTSIDES
    if word and untagged and re.match(NON_WORD, line.text):  # where words stand first, 5.1 is one
        return NO_WORD
    hints = itertools.chain(
        _blanks(tag, scheme), _of_line(line, first=first), _spelled_otherwise(tag, scheme), _no_tag(tag, others)
    )
    return next(
        hints, "Mend the tag." if scheme == TYPES_ALONE else NO_TAG.format(ALONE * is_type(tag)) + HEADER * first
    )


def _blanks(tag: str, scheme: Scheme) -> Iterator[str]:
    if is_legal(tag.strip(BLANK), scheme):
        yield "Take out the blanks beside it."
    if "\0" in tag:
        yield WIDE
    if is_legal("".join(one for one in tag if is_seen(one) or one in BLANK), scheme):
        yield "Take out what is not seen in it."
    if is_legal(tag.translate(dict.fromkeys(map(ord, BLANK), "_")), scheme):
        yield "Types have no blanks: write _ in their place."


def _of_line(line: Line, *, first: bool) -> Iterator[str]:
    """What a line may be that is no token."""
    if first:
        yield from (remedy for form, remedy in FORMS.items() if re.match(form, line.text))
        if len(words := line.text.split()) > 1 and all(map(_is_joined_with_tag, words)):
            yield SLASHES
    if line.fields[0].startswith("#"):
        yield COMMENT
    if _is_of_conll_2012(line.fields):
        yield ONTONOTES


def _is_joined_with_tag(word: str) -> bool:
    """Whether a word and its tag stand together, as in Lima/B-LOC or Lima|NNP|B-LOC."""
    found = re.fullmatch(r".+[/|](.+)", word)
    return bool(found and is_tag(found[1]))


def _is_of_conll_2012(fields: Sequence[str]) -> bool:
    """Whether columns are those of CoNLL-2012: a document, its part, a number, a word, its part of speech, a piece of a
    tree, four others, entities, as many predicates as there are, coreference."""
    if len(fields) < 12 or not (fields[1].isdecimal() and fields[2].isdecimal()):
        return False
    return bool(re.fullmatch(r"[^*]*\*\)*", fields[5]) and re.fullmatch(r"\(\w+(\*|\))|\*\)?", fields[10]))


def _spelled_otherwise(tag: str, scheme: Scheme) -> Iterator[str]:
    """What a tag may be as other files spell theirs."""
    if is_tag(tag) and tag[2:] == OUTSIDE:
        yield NO_TYPE
    if in_brackets(tag):
        yield BRACKETS
    if sum(map(is_tag, tag.split("|"))) > 1:
        yield "A word has one tag here: of nested entities keep one, such as the outermost."
    if len(values := re.split(r"[=|]", tag)) > 1 and any(map(is_tag, values)):
        yield "The tag stands inside other values: cut it out."
    if scheme == TYPES_ALONE:
        return
    if len(values := re.split("[,;]", tag)) > 1 and is_tag(values[-1]):
        yield f"Separate columns by tabs or spaces, {_by_another_mark(tag)}."
    if tag.startswith("W-") and is_tag(f"S{tag[1:]}"):
        yield "Write S- for W-."
    if is_tag(f"{tag}-X"):
        yield BARE
    if split_prefix(tag):
        yield PREFIX
    elif tag[1:2] == "-" and tag[0].isalpha() and not tag[0].isascii():
        yield f"Its first letter is no Latin one ({unicodedata.name(tag[0], 'without a name')}): write it anew."


def _no_tag(tag: str, others: Sequence[int]) -> Iterator[str]:
    """What may be meant where something stands that does not look like a tag."""
    column = COLUMN.format(others[0]) if others else ""
    if not tag.strip(BLANK):
        yield _either(column, EMPTY)
    elif tag in OUTSIDES:
        yield _either(column, OUTSIDE_THERE, "" if column else "Is corpus.tag_column another?")
    elif column:
        yield _either(column, TYPE_ALONE * is_type(tag))


def _by_another_mark(text: str) -> str:
    """Which mark seems to separate columns, as a part of a hint; empty if none does."""
    last = max(MARKS, key=text.rfind)
    return f"not by a {MARKS[last]}" if last in text else ""


def _either(*hints: str) -> str:
    """Hints as alternatives, without those that are empty."""
    first, *others = filter(None, hints)
    return " ".join([first, *(f"Or {one[0].lower()}{one[1:]}" for one in others)])
