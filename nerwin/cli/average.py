"""`nerwin average`: models of several seeds as one."""

from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import command


@command
def average(
    models: Annotated[
        list[Path], typer.Argument(help="Two or more run folders of one configuration, trained from different seeds.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new model.")],
) -> None:
    """One model that gives the mean of the scores of several; its thresholds are fitted on their dev part, or, where
    they have learned from that, are the mean of theirs."""
    import shlex

    from nerwin.config.corpora import has_part_to_score
    from nerwin.errors import ConfigError
    from nerwin.model.committee import average, fit_on, keep_rules
    from nerwin.model.files import load_model, save_model
    from nerwin.model.model import Standing
    from nerwin.storage.folders import model_folder
    from nerwin.training.data import read_parts
    from nerwin.training.unchanged import check_same_data

    if len(models) < 2:
        raise ConfigError("average: expected two or more models, found one. Name the runs of several seeds.")
    _check_empty(output)
    loaded = [load_model(model_folder(path)) for path in models]
    whole = average(loaded)
    parts = read_parts(loaded[0].config)
    check_same_data(models[0], whole.config, whole.sources, parts.sources, "Restore the file.")
    if parts.dev.tags:
        whole.standing = Standing(best_f1=fit_on(whole, *parts.dev, parts.vocabulary.forms))
        said = f"dev F1 {whole.standing.best_f1:.4f}"
    else:
        keep_rules(whole, loaded)
        said = "dev learned from too, the mean of their thresholds"
    _check_empty(output)  # once more: reading the data takes its time
    save_model(output, whole)
    typer.echo(f"{output}: {len(loaded)} models as one, {said}", err=True)
    command = "evaluate" if has_part_to_score(whole.config) else "tag"
    typer.echo(f"next: nerwin {command} {shlex.quote(str(output))}", err=True)


def _check_empty(folder: Path) -> None:
    from nerwin.errors import ModelError

    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ModelError(f"{folder}: expected an empty folder, found something else. Choose another --output.")
