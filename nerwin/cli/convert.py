"""`nerwin convert`: a tagged corpus from one form to another."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from nerwin.cli.app import command, say, stream_path
from nerwin.cli.column_options import OPTIONS, named_as_options, naming_options
from nerwin.cli.options import QuietOption
from nerwin.cli.output import check_new, write
from nerwin.corpora.choices import Align, Delimiter, FormName, Scheme
from nerwin.counts import counted

SCHEMES: dict[str | None, Scheme] = {name: name for name in get_args(Scheme)}  # of the forms of columns
NAMED = OPTIONS | {"delimiter": "--delimiter", "scheme": "--from"}


@command
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A tagged corpus, plain or gzip; -: standard input.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="What to write; -: standard output.")],
    given: Annotated[
        FormName | None,
        typer.Option(
            "--from", help="Form of IN; default: by its suffix, else conll: columns, whose scheme is found out."
        ),
    ] = None,
    wanted: Annotated[
        FormName | None,
        typer.Option("--to", help="Form of OUT; default: by its suffix, else conll, which is columns in IOB2."),
    ] = None,
    word_column: Annotated[int, typer.Option("--word-column", help="Columns: that of the words; -1 is the last.")] = 0,
    tag_column: Annotated[int, typer.Option("--tag-column", help="Columns: that of the tags; -1 is the last.")] = -1,
    delimiter: Annotated[Delimiter, typer.Option("--delimiter", help="Columns: what separates them.")] = "auto",
    comments: Annotated[
        str | None, typer.Option("--comments", help="Columns: lines that start with this are comments.")
    ] = None,
    align: Annotated[
        Align,
        typer.Option(
            "--align",
            help="JSON Lines: an entity that begins or ends inside a token is refused, cut down, or extended.",
        ),
    ] = "strict",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Convert a tagged corpus into another form: columns, CSV, inline markup, JSON Lines, or spaCy's DocBin."""
    from nerwin.corpora.columns import Columns
    from nerwin.corpora.formats import COLUMNS, FORMS, Reading, count_of
    from nerwin.corpora.suffixes import NO_COLUMNS, form_by_suffix
    from nerwin.errors import ConfigError
    from nerwin.files.opening import source_name

    path, place = stream_path(source), stream_path(target)
    check_new(place, overwrite=overwrite)
    form, to = given or form_by_suffix(source) or COLUMNS, wanted or form_by_suffix(target) or COLUMNS
    scheme = SCHEMES.get(form if form == "types" else given, "auto")  # types are never found out
    columns = Columns(word_column, tag_column, delimiter, scheme, comments)
    if form in NO_COLUMNS and columns != Columns():
        raise ConfigError(f"--from {form}: expected no options for columns, found some. Leave them out.")
    if form != "jsonl" and align != "strict":
        raise ConfigError(f"--align is for JSON Lines: expected --from jsonl, found {form}. Leave it out.")
    with naming_options(NAMED):
        tagged = FORMS[form].read(path, Reading(columns, align))
    passages = FORMS[to].fitting(tagged.passages)
    pieces = FORMS[to].write(passages, source_name(path))
    check_new(place, overwrite=overwrite)  # once more: reading may have taken its time
    write(pieces, place)
    if not quiet:
        entities = sum(len(passage.entities) for passage in passages)
        say(f"{source_name(path)}: {named_as_options(tagged.note, NAMED)}", err=True)
        say(f"{target}: {count_of(passages)}, {counted(entities, 'entity', 'entities')} as {to}", err=True)
