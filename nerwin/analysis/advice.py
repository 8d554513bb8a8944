"""What about a corpus would make training, or its figures, worse than they need to be: where, what, and what to do."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from nerwin.analysis.part import PartSurvey
from nerwin.analysis.survey import PARTS, Survey
from nerwin.corpora.doubts import for_no_entity
from nerwin.corruption.tagging import MOST_TYPES
from nerwin.counts import counted
from nerwin.parts.notes import SWAPPED
from nerwin.parts.parts import CUT_BEYOND

FEW = 50  # entities of a type below which little can be learned of it
COVERED = 0.5  # share of words with a vector below which the vectors are likely to be of another language or spelling
SLIP = 20  # a type that has so many times fewer entities than one spelled almost like it may be a slip
NOTICED = 0.1  # share of the entities from which a type counts in comparing parts
SHIFTED = 3  # dev where a type's share is so many times that in train, or the other way round, is of other text
SHOWN = 5  # places that a warning names
NAMED = 20  # types that a warning names


def advise(survey: Survey) -> Iterator[str]:
    """The warnings, each in one line."""
    parts, train = survey.parts, survey.parts.get("train")
    for name, part in parts.items():
        called = Path(part.path).name.partition(".")[0].lower()
        if called in PARTS and called != name and len(parts) > 1:  # one file alone is read as train, whatever it is
            yield f"{part.path}: it is read as {name}. Is that meant? Files come in the order {', '.join(PARTS)}."
        yield from _part_warnings(part)
        there = sorted([*part.types, *part.others])
        if not there:
            yield f"{part.path}: no entity at all. {for_no_entity(part.path)}"
        elif part.missing and (name == "train" or train is None):  # others are held against train
            yield (
                f"{part.path}: no entity of {_some(part.missing)}, which corpus.entities names; there are "
                f"{_some(there)}. Name some of these."
            )
        if name != "train":
            yield from _scored_warnings(name, part, train)
        for earlier, lines in part.shared.items():
            if lines:
                yield (
                    f"{part.path}:{lines[0]}: found in {earlier} too: {len(lines):,} of "
                    f"{counted(part.sentences, 'sentence')}{_more(lines)}. A score on them is no score on new text; "
                    "take them out of one of the two."
                )
    if train is not None:
        yield from _train_warnings(train)
    if survey.conflicts:
        first, others = survey.conflicts[0].places[0], survey.conflicts[0].places[1:SHOWN]
        yield (
            f"{first}: {counted(len(survey.conflicts), 'sentence is', 'sentences are')} tagged in several ways, "
            f"the first one otherwise at {', '.join(others)}. Decide on one way."
        )


def _part_warnings(part: PartSurvey) -> Iterator[str]:
    if part.invalid:
        line, before, after = part.invalid[0]
        yield (
            f"{part.path}:{line}: {counted(len(part.invalid), 'step is', 'steps are')} not {part.scheme.upper()}, "
            f"the first from {before} to {after}{_more([one.line for one in part.invalid])}. "
            "Mend the tags; entities are guessed here."
        )
    yield from (f"{part.path}: {doubt}." for doubt in part.doubts)
    for kind, odd in part.odd.items():
        yield (
            f"{part.path}:{odd.line}: {counted(odd.words, 'word')} with {kind}. Vectors and features know them only as "
            "they stand; mend the text where they are slips."
        )
    if part.long:
        yield (
            f"{part.path}:{part.long[0]}: sentences of more than {CUT_BEYOND} words{_more(part.long)}. Are blank lines "
            "between sentences? Training cuts them where no entity is."
        )
    if part.vectors and part.vectors.words < COVERED:
        yield (
            f"{part.path}: only {part.vectors.words:.1%} of the words have a vector. Are the vectors of this language? "
            "Are they in lower case (words.lower)?"
        )
    if len(part.types) > MOST_TYPES:
        yield (
            f"{part.path}: {len(part.types):,} types, and a tagger learns at most {MOST_TYPES:,}. Is corpus.tag_column "
            "the column of the tags? Or choose some types with corpus.entities."
        )
        return
    for labels in _alike(part.types):
        yield f"{part.path}: types that differ in case alone: {', '.join(labels)}. Spell them alike."
    for label, meant in _slips(part.types):
        yield (
            f"{part.path}:{part.type_lines[label]}: type {label} ({part.types[label]:,}) is spelled almost like "
            f"{meant} ({part.types[meant]:,}). Is that meant?"
        )


def _alike(labels: Iterable[str]) -> list[list[str]]:
    """The types that differ in case alone."""
    spelled: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        spelled[label.lower()].append(label)
    return [labels for labels in spelled.values() if len(labels) > 1]


def _slips(types: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Rare types, and the common one that each is spelled almost like; those that differ in digits are numbered."""
    for label, count in types.items():
        named = _unnumbered(label)
        common = [other for other, many in types.items() if many >= SLIP * count and _unnumbered(other) != named]
        yield from ((label, meant) for meant in difflib.get_close_matches(label, common, n=1, cutoff=0.8))


def _unnumbered(label: str) -> str:
    """A type without its case and its digits."""
    return "".join(one for one in label.lower() if not one.isdigit())


def _train_warnings(train: PartSurvey) -> Iterator[str]:
    rare = [f"{label} ({count}, line {train.type_lines[label]})" for label, count in train.types.items() if count < FEW]
    if rare:
        yield (
            f"{train.path}: types with fewer than {FEW} entities: {_some(rare)}. "
            "Tag more of them, or leave them out with corpus.entities."
        )


def _scored_warnings(name: str, part: PartSurvey, train: PartSurvey | None) -> Iterator[str]:
    """What makes scores on dev or test say less than they seem to."""
    if 0 < part.entities < FEW:
        yield f"{part.path}: entities are fewer than {FEW} ({part.entities}): their F1 is in part chance. Tag more."
    if train is None:
        return
    if name == "dev" and part.sentences > SWAPPED * train.sentences:
        yield (
            f"{part.path}: it has {counted(part.sentences, 'sentence')}, train has {train.sentences:,}. "
            "Are the two swapped?"
        )
    if name == "dev" and (shifted := list(_shifted(part, train))):
        yield (
            f"{part.path}: its entities are of other types than train's: {_some(shifted)}. What dev decides suits text "
            "like dev alone; draw it from all of the text."
        )
    if strange := sorted(part.types.keys() - train.types.keys()):
        yield (
            f"{part.path}: types that {train.path} does not have: {_some(strange)}. "
            "They are never found; tag some for training, or leave them out with corpus.entities."
        )
    if missing := sorted(train.types.keys() - part.types.keys()):
        yield f"{part.path}: no entity of {_some(missing)}. No score tells how they are found; tag some here."


def _shifted(dev: PartSurvey, train: PartSurvey) -> Iterator[str]:
    """The types of both parts whose shares of the entities are far apart, with these."""
    if min(dev.entities, train.entities) < FEW:
        return
    for label in sorted(dev.types.keys() & train.types.keys()):
        here, there = dev.types[label] / dev.entities, train.types[label] / train.entities
        if max(here, there) >= max(NOTICED, SHIFTED * min(here, there)):
            yield f"{label} {here:.0%} in place of {there:.0%}"


def _some(types: Sequence[str]) -> str:
    """The first types, and how many more there are."""
    more = len(types) - NAMED
    return ", ".join(types[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _more(lines: Sequence[int]) -> str:
    """The lines after the first, as far as they are few."""
    rest = lines[1:SHOWN]
    return f" (also at {', '.join(map(str, rest))}{', ...' if len(lines) > SHOWN else ''})" if rest else ""
