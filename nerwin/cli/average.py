"""`nerwin average`: models of several seeds as one."""

from pathlib import Path
from typing import Annotated

import typer

from nerwin.cli.app import command, say

REMEDY = "Choose another --output."  # of a folder with files


@command
def average(
    models: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN", help="Two or more run folders of one configuration, trained from different seeds."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new model.")],
) -> None:
    """Make one model of several: it gives the mean of their scores, and decides by the mean of their thresholds."""
    from nerwin import api
    from nerwin.cli.closing import next_command
    from nerwin.model.files import check_new_model, save_model

    check_new_model(output, REMEDY)
    whole = api.average(models).model
    check_new_model(output, REMEDY)  # once more: reading the data takes its time
    save_model(output, whole)
    refit = whole.config.training.refit
    said = "dev learned from too" if refit else f"dev F1 {whole.standing.best_f1:.4f}"
    say(f"{output}: {len(models)} models as one, {said}")
    say(f"next: {next_command(whole.config, output)}", err=True)
