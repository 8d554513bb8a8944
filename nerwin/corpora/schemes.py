"""Which of the tag schemes a corpus follows, and how well.

Tags that are types alone ("Lima LOC"), as in Few-NERD or for Stanford's tagger, are read as IOB1 without a B:
neighbours of one type are one entity. That happens only on request, since any column could hold such tags.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from nerwin.corpora.choices import Scheme
from nerwin.corpora.corpus import Corpus
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK
from nerwin.text.tags import OUTSIDE, SCHEMES, is_tag, steps, types_in

TYPES_ALONE: Scheme = "types"
NEIGHBOURS = "neighbours of one type are one entity"  # where no tag begins one
# A prefix before its type, in various spellings, or alone, as where there is one type only; and one after its type.
_BEFORE = re.compile(r"([BIESLUM])(?:[-_:./](.+))?", re.IGNORECASE)
_BEHIND = re.compile(r"(.+)[-_]([BIESLUM])", re.IGNORECASE)
_BRACKETS = re.compile(r"\(+\w\S*|\*\)*|\d+\)\S*")  # of CoNLL-2012: (ORG* * *) and (PER), and (12) of coreference
_SEVERAL = re.compile(r"\|(?:[BIESLUM]-.|O$|\w+=)")  # in a type: another tag, as of nested entities, or a key=value
_IN_NO_TYPE = frozenset(f"{BLANK}=|")
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}  # categories of Unicode: controls, format, blanks
_MAY_BE_ALL = {"B", "I", "S", "U"}  # prefixes that may be the only one in a small corpus
STRAY_SHARE = 0.01  # a scheme may break at this share of its entity tokens: real corpora have annotation slips


def split_prefix(tag: str) -> tuple[str, str] | None:
    """What may be a prefix, as a capital, and its type, which is empty if it stands alone: of B, b-PER, PER_B."""
    if found := _BEFORE.fullmatch(tag):
        return found[1].upper(), found[2] or ""
    found = _BEHIND.fullmatch(tag)
    return (found[2].upper(), found[1]) if found else None


def prefixed(tags: Collection[str]) -> str | None:
    """One tag with a prefix, in whatever spelling, among a corpus's tags without O; None if they are types alone.

    "E-mail" and "L" may be types. So prefixes are assumed only if one type occurs with B and with another prefix, or if
    all tags have the same prefix.
    """
    split = {tag: pair for tag in tags if (pair := split_prefix(tag))}
    under: dict[str, set[str]] = {}
    for prefix, label in split.values():
        under.setdefault(label, set()).add(prefix)
    found = {tag for tag, (_, label) in split.items() if {"B"} < under[label]}
    prefixes = {prefix for prefix, _ in split.values()}
    if len(split) == len(tags) and len(prefixes) == 1 and prefixes <= _MAY_BE_ALL:
        found |= set(tags)
    return min(found, default=None)


def is_type(tag: str) -> bool:
    """Whether a tag may be a type that stands alone.

    A small o, numbers and marks are more likely another way to write O, and with a = or a | it is several values.
    """
    lettered = any(map(str.isalpha, tag)) and tag not in ("o", OUTSIDE)
    return lettered and _IN_NO_TYPE.isdisjoint(tag) and not in_brackets(tag)


def in_brackets(tag: str) -> bool:
    """Whether a tag is spelled with brackets in place of prefixes."""
    return _BRACKETS.fullmatch(tag) is not None


def as_read(tags: list[str], scheme: Scheme) -> list[str]:
    """The tags of a file with prefixes: types alone get an I-; all others stay as they are."""
    return [f"I-{tag}" if is_type(tag) else tag for tag in tags] if scheme == TYPES_ALONE else tags


def is_legal(tag: str, scheme: Scheme) -> bool:
    """Whether a tag, as it stands in a file, may stand in one of that scheme."""
    if tag == OUTSIDE:
        return True
    return is_type(tag) and is_label(tag) if scheme == TYPES_ALONE else is_tag(tag) and is_label(tag[2:])


def is_label(label: str) -> bool:
    """Whether a type can be read back from tags: it is a single one, not O, and has nothing invisible at its ends."""
    return not _SEVERAL.search(label) and label != OUTSIDE and all(map(is_seen, label[:1] + label[-1:]))


def is_seen(character: str) -> bool:
    """Whether a character is no blank of any kind and no mark for programs."""
    return unicodedata.category(character) not in _UNSEEN


def check_labels(labels: Iterable[str], where: str, remedy: str = "Write .jsonl.") -> None:
    """Refuse types that would not be read back from tags.

    Raises:
        CorpusError: there is one; the message starts with `where`, and ends with the remedy.
    """
    for label in labels:
        if not is_label(label):
            raise CorpusError(
                f"{where}: expected types other than O, without a further tag and with nothing unseen at their ends, "
                f"found {label[:40]!r}. {remedy}"
            )


def expected_tag(scheme: Scheme) -> str:
    """What messages name as expected in place of a tag that is not legal."""
    return "O or a type such as PER" if scheme == TYPES_ALONE else "a tag such as O or B-PER"


def settle_scheme(corpus: Corpus, chosen: Scheme, *, refuse_mixed: bool) -> None:
    """Find the scheme that the tags follow, and count the steps that break it; both are set in `corpus`.

    A scheme that is set is taken for granted. Otherwise it is the one that is broken least, and it fits if it is broken
    at no more than STRAY_SHARE of the entity tokens.

    Raises:
        CorpusError: no scheme fits, and `refuse_mixed`; or tags that should be types alone have prefixes.
    """
    if chosen == TYPES_ALONE:
        _settle_types(corpus)
        return
    counts = Counter(step for sentence in corpus.sentences for step in steps(sentence.tags))
    broken = {
        scheme: sum(count for step, count in counts.items() if not legal(*step)) for scheme, legal in SCHEMES.items()
    }
    nearest = min(SCHEMES, key=broken.__getitem__)
    scheme = chosen if chosen != "auto" else nearest
    corpus.scheme, corpus.illegal = scheme, broken[scheme]
    if scheme == "iob1" and {after[0] for _, after in counts} == {OUTSIDE, "I"}:
        corpus.notes.append(NEIGHBOURS)
    entity_tokens = sum(count for (_, after), count in counts.items() if after != OUTSIDE)
    if chosen != "auto" and broken[nearest] <= STRAY_SHARE * entity_tokens < corpus.illegal:
        corpus.doubts.append(
            f"{nearest.upper()} fits these tags, and {chosen.upper()} does not (corpus.scheme={nearest} would)"
        )
    if chosen == "auto" and corpus.illegal > STRAY_SHARE * entity_tokens:
        if not refuse_mixed:
            corpus.doubts.append(f"mixed tag schemes, which training refuses unless corpus.scheme={scheme} is set")
            return
        line, before, after = next(illegal_steps(corpus))
        raise CorpusError(
            f"{corpus.path}:{line}: expected one tag scheme throughout, found mixed ones: {before} "
            f"followed by {after} is not {scheme.upper()}, which fits the rest best. Mend the tags, or set "
            f"corpus.scheme to {scheme}."
        )


def illegal_steps(corpus: Corpus) -> Iterator[tuple[int, str, str]]:
    """The steps that a corpus's scheme, which is not types alone, does not allow: the line, and the two tags."""
    legal = SCHEMES[corpus.scheme]
    for sentence in corpus.sentences:
        for offset, (before, after) in enumerate(steps(sentence.tags)):
            if not legal(before, after):
                yield sentence.lines[min(offset, len(sentence.tags) - 1)], before, after


def _settle_types(corpus: Corpus) -> None:
    """Note that tags are types alone.

    Raises:
        CorpusError: they have prefixes.
    """
    if found := prefixed(types_in(corpus.tags)):
        raise CorpusError(
            f"{corpus.path}: expected types alone, as corpus.scheme or the file's suffix says, found prefixes, "
            f"as in {found}. Is corpus.scheme another?"
        )
    corpus.scheme = TYPES_ALONE
    corpus.notes.append(NEIGHBOURS)
