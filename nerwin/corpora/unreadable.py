"""Why a token's line of a tagged corpus in columns cannot be read, and what may be done about it.

Lines are judged by that of the first token. What can be read, though it is not what was meant, is in `misread`; which
other settings would fit the whole file, in `other_columns`.
"""

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from nerwin.arrays import Ints
from nerwin.corpora.choices import Scheme
from nerwin.corpora.columns import Block, Columns, Line
from nerwin.corpora.misread import MARKS, NON_WORD, WITHOUT_NON_WORDS
from nerwin.corpora.other_columns import TagColumns
from nerwin.corpora.schemes import TYPES_ALONE, expected_tag, in_brackets, is_legal, is_seen, is_type, split_prefix
from nerwin.text.blanks import BLANK
from nerwin.text.tags import OUTSIDE, is_tag

AS_CSV = "let its name end in .csv"
TABLE = f"Is it CSV? Then {AS_CSV}."
STANDOFF = "Is it {}? nerwin does not read that: write JSON Lines with offsets, or a token a line."
NAMED = r"(tokens?|words?|tags?|labels?|ner(_tags?)?)"  # columns of a table with a row a word
OTHER_FORMS = {  # that a file may have, by how its first line begins
    r'\s*[{\[]\s*(["{\[]|$)': "Is it JSON? Then let its name end in .jsonl.",
    r"\s*<[\w?!]": "Is it XML? nerwin does not read that. Or is the line a comment (corpus.comments)?",
    rf"(?i:(?=.*[,;])([^\t,;]*[,;])*{NAMED}([,;]|$))": TABLE,
    r'"[^"\t]*"(\t"[^"\t]*")+$': TABLE,
    rf"(?i:(sent|doc)[\w #]*\t(.*\t)?{NAMED}(\t|$))": TABLE,
    r"T\d+\t\S+ \d+ \d+": STANDOFF.format("brat's standoff"),
    r"\d+\|[ta]\|": STANDOFF.format("PubTator's form"),
    r"#FORMAT=WebAnno": "Is it WebAnno's TSV? nerwin does not read that: export CoNLL 2002.",
}
BRACKETS = "Brackets as in CoNLL-2012 are not read: write B- and I- (the README says how)."
OUTSIDES = ("o", "0", "-", "_", "\u041e", "\u039f")  # other ways to write O; the last two are Cyrillic and Greek
# What writes B-PER for tags that are spelled otherwise, by their form.
RESPELLED = {
    r"[BIESLUM][_:./].+": r"s|([[:blank:]][BIESLUM])[_:./]([^[:space:]]+[[:space:]]*)$|\1-\2|",
    r".+[-_][BIESLUM]": r"s|([^[:space:]]+)[-_]([BIESLUM])([[:space:]]*)$|\2-\1\3|",
}


class Layout(NamedTuple):
    """How the lines of tokens have to look, by the first of them."""

    first: Line
    columns: Columns

    @property
    def width(self) -> int:
        return len(self.first.fields)

    @property
    def delimiter(self) -> str:
        """What separates columns, by its name."""
        return "tab" if self.first.delimiter == "\t" else "space"

    @property
    def needed(self) -> int:
        """How many columns a line needs to have both words and tags."""
        return max(2, *(number + 1 if number >= 0 else -number for number in (self.columns.word, self.columns.tag)))

    @property
    def fixed_width(self) -> bool:
        """Whether all lines have as many columns; others may follow if both columns are named from the left."""
        return self.columns.word < 0 or self.columns.tag < 0

    @property
    def is_one_column(self) -> bool:
        """Whether words and tags would be the same."""
        return self.columns.word % self.width == self.columns.tag % self.width

    def fits(self, widths: Ints) -> bool:
        """Whether lines of so many columns are all as wide where they have to be, and words and tags apart."""
        usual = not self.fixed_width or bool((widths == self.width).all())
        return usual and not self.is_one_column


def first_fault(block: Block, layout: Layout, known: Collection[str]) -> str:
    """The first line that cannot be read of a block that has one: `number: expected ..., found ... .`, and what to do.

    Args:
        known: the tags that were read before the block.
    """
    before = set(known)
    for line in block.tokens():
        if fault := _fault(line, layout, block, before):
            return f"{line.number}: {fault}"
        before.add(line.fields[layout.columns.tag])
    raise AssertionError("expected a line that cannot be read, found none")


def _fault(line: Line, layout: Layout, block: Block, before: set[str]) -> str | None:
    """What is wrong with a line, and what to do; None if nothing is.

    Args:
        before: the tags before it.
    """
    fields, columns, first = line.fields, layout.columns, line.number == layout.first.number
    found = f'found {len(fields)}: "{fields[0][:40]}"'
    if layout.fixed_width and len(fields) != layout.width:
        expected = f"expected {layout.width} columns by {layout.delimiter} as on line {layout.first.number}"
        return f"{expected}, {found}. {_for_other_width(line, layout)}"
    if len(fields) < layout.needed:
        expected = f"expected {layout.needed} or more columns by {layout.delimiter}"
        return f"{expected}, {found}. {_for_few_columns(line) if first else 'Mend the line.'}"
    if layout.is_one_column:
        return (
            f"expected words and tags in columns of their own, found column {columns.word} and column {columns.tag} to "
            f"be the same of {layout.width}. Set corpus.word_column or corpus.tag_column."
        )
    tag = fields[columns.tag]
    if not is_legal(tag, columns.scheme):
        problem = f'expected {expected_tag(columns.scheme)}, found "{tag[:40]}"'
        if not tag.strip(BLANK):
            problem = "expected a tag, found an empty column"
        doubtful = columns.scheme != TYPES_ALONE and not before - {OUTSIDE}  # whether the column is that of the tags
        others = TagColumns.beside(columns.tag, width=len(fields)).look(block).found() if doubtful else []
        return f"{problem}. {_for_tag(line, columns, others, first=first)}"
    if not fields[columns.word].strip(BLANK):
        return "expected a word, found an empty column. Give the token a word."
    return None


def _for_other_width(line: Line, layout: Layout) -> str:
    """What may be done where a line has more columns than the first, or fewer."""
    by_spaces = line.text.split()
    # A word with a space in it, and no tag after it, may have as many.
    has_columns = len(by_spaces) == layout.width and is_tag(by_spaces[layout.columns.tag])
    if has_columns or any("\t" in field for field in line.fields):
        return "Separate all lines alike, by tabs or by spaces."
    return "Mend the line, or count corpus.word_column and corpus.tag_column from the left."


def _for_few_columns(line: Line) -> str:
    """What may be done where a file's first token has too few columns."""
    mark = _by_another_mark(line.text)
    separate = f"Separate word and tag by a tab or a space{mark and ', '}{mark}."
    if mark and is_tag(re.split("[,;]", line.text)[-1]):
        named = "name its columns in a first row, as sentence_id, token and tag"
        return f"{separate} Is it CSV? Then {named}, and {AS_CSV}."
    return next(
        _of_line(line, first=True),
        f"{separate} Or is the line a comment (corpus.comments), or corpus.delimiter, corpus.word_column or "
        "corpus.tag_column another?",
    )


def _for_tag(line: Line, columns: Columns, others: Sequence[int], *, first: bool) -> str:
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
        return f"Is it none of CoNLL-U's words (3-4 or 5.1)? Then take such lines out: {WITHOUT_NON_WORDS} IN > OUT."
    hints = itertools.chain(
        _blanks(tag, scheme), _of_line(line, first=first), _spelled_otherwise(tag, scheme), _no_tag(tag, others)
    )
    alone = ", or set corpus.scheme to types if they stand alone" if is_type(tag) else ""
    usual = (
        f"Is corpus.tag_column the column of the tags? Then write B- or I- before each type{alone}. Or is the line a "
        f"comment (corpus.comments)?{' Or names of columns? Take it out.' if first else ''}"
    )
    return next(hints, "Mend the tag." if scheme == TYPES_ALONE else usual)


def _blanks(tag: str, scheme: Scheme) -> Iterator[str]:
    """What a tag may be that is one but for blanks and the like."""
    if is_legal(tag.strip(BLANK), scheme):
        yield "Take out the blanks beside it."
    if "\0" in tag:
        yield "Is the file UTF-16? Then convert it to UTF-8."
    if is_legal("".join(one for one in tag if is_seen(one) or one in BLANK), scheme):
        yield "Take out what is not seen in it."
    if is_legal(tag.translate(dict.fromkeys(map(ord, BLANK), "_")), scheme):
        yield "Types have no blanks: write _ in their place."


def _of_line(line: Line, *, first: bool) -> Iterator[str]:
    """What a line may be that is no token."""
    if first:
        yield from (remedy for form, remedy in OTHER_FORMS.items() if re.match(form, line.text))
        if len(words := line.text.split()) > 1 and all(map(_is_joined_with_tag, words)):
            yield (
                "Are these words with their tags, a sentence a line? Write a word and its tag a line, blank lines "
                "between."
            )
    if line.fields[0].startswith("#"):
        yield 'Is the line a comment? Then set corpus.comments to "#".'
    if _is_of_conll_2012(line.fields):
        yield f"Is it CoNLL-2012's OntoNotes? Column 10 has its entities. {BRACKETS}"


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
        yield "No type can be called O, which is what is outside: call it otherwise."
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
        yield (
            "Write a type behind it: sed -E 's/([[:blank:]][BIESLUM])([[:space:]]*)$/\\1-NAME\\2/' IN > OUT does, if "
            "it stands last. Or is corpus.tag_column another?"
        )
    if split_prefix(tag):
        script = next((one for form, one in RESPELLED.items() if re.fullmatch(form, tag)), None)
        command = f": sed -E '{script}' IN > OUT does, if it stands last" if script else ""
        yield f"Write a prefix in capitals, a hyphen and a type, as in B-PER{command}. Or is corpus.tag_column another?"
    elif tag[1:2] == "-" and tag[0].isalpha() and not tag[0].isascii():
        yield f"Its first letter is no Latin one ({unicodedata.name(tag[0], 'without a name')}): write it anew."


def _no_tag(tag: str, others: Sequence[int]) -> Iterator[str]:
    """What may be meant where something stands that does not look like a tag."""
    column = f"Is column {others[0]} that of the tags? Then set corpus.tag_column to {others[0]}." if others else ""
    if not tag.strip(BLANK):
        yield _either(column, "Give the token a tag, O if outside.")
    elif tag in OUTSIDES:
        yield _either(column, "Is it outside? Then write O.", "" if column else "Is corpus.tag_column another?")
    elif column:
        yield _either(column, "Set corpus.scheme to types if they stand alone here." if is_type(tag) else "")


def _by_another_mark(text: str) -> str:
    """Which mark seems to separate columns, as a part of a hint; empty if none does."""
    last = max(MARKS, key=text.rfind)
    return f"not by a {MARKS[last]}" if last in text else ""


def _either(*hints: str) -> str:
    """Hints as alternatives, without those that are empty."""
    first, *others = filter(None, hints)
    return " ".join([first, *(f"Or {one[0].lower()}{one[1:]}" for one in others)])
