"""Which of the tag schemes a corpus follows, and how well."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nerwin.errors import CorpusError
from nerwin.text.columns import Scheme
from nerwin.text.tags import OUTSIDE, SCHEMES, is_tag, steps

if TYPE_CHECKING:
    from nerwin.text.corpus import Corpus

STRAY_SHARE = 0.01  # a scheme may break at this share of its entity tokens: real corpora have annotation slips


def are_types_alone(tags: Sequence[str]) -> bool:
    """Whether tags are types without a prefix ("Lima LOC"), as Stanford's tagger reads them and Few-NERD has them.

    Most are O then, which tells them from parts of speech, and no other has a prefix.
    """
    types = set(tags) - {OUTSIDE}
    return bool(types) and 2 * tags.count(OUTSIDE) > len(tags) and not any(map(is_tag, types))


def settle_scheme(corpus: "Corpus", chosen: Scheme, *, refuse_mixed: bool) -> None:
    """Name the scheme that the tags follow, and count the steps that break it.

    A scheme that is set is believed; otherwise the one that is broken least, if at no more than STRAY_SHARE of the
    entity tokens.

    Raises:
        CorpusError: no scheme fits, and `refuse_mixed`.
    """
    first_line: dict[tuple[str, str], int] = {}
    counts: dict[tuple[str, str], int] = {}
    for sentence in corpus.sentences:
        for offset, step in enumerate(steps(sentence.tags)):
            if step not in counts:
                counts[step] = 0
                first_line[step] = sentence.lines[min(offset, len(sentence.tags) - 1)]
            counts[step] += 1
    broken = {
        scheme: {step: count for step, count in counts.items() if not legal(*step)} for scheme, legal in SCHEMES.items()
    }
    nearest = min(SCHEMES, key=lambda name: sum(broken[name].values()))
    scheme = chosen if chosen != "auto" else nearest
    corpus.scheme, corpus.illegal = scheme, sum(broken[scheme].values())
    entity_tokens = sum(count for (_, after), count in counts.items() if after != OUTSIDE)
    if chosen != "auto" and sum(broken[nearest].values()) <= STRAY_SHARE * entity_tokens < corpus.illegal:
        corpus.doubts.append(f"{nearest.upper()} fits these tags, and corpus.scheme does not (leave it at auto)")
    if chosen == "auto" and corpus.illegal > STRAY_SHARE * entity_tokens:
        if not refuse_mixed:
            corpus.doubts.append(f"mixed tag schemes, which training refuses unless corpus.scheme={scheme} is set")
            return
        (before, after), line = min(
            ((step, first_line[step]) for step in broken[scheme]), key=lambda candidate: candidate[1]
        )
        raise CorpusError(
            f"{corpus.path}:{line}: expected one tag scheme throughout, found mixed ones: {before} followed by {after} "
            f"is not {scheme.upper()}, which fits the rest best. Mend the tags, or set corpus.scheme to {scheme}."
        )
