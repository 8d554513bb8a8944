"""How the parameters of a model descend, as its configuration says: optimizer, learning rates and their schedule."""

from nerwin.config.settings import Config
from nerwin.model.model import Model
from nerwin.network.loss import penalised
from nerwin.optim.optimizer import Optimizer, Treatment
from nerwin.optim.rules import OPTIMIZERS, OptimizerSettings
from nerwin.optim.schedules import SCHEDULES, Schedule, ScheduleSettings
from nerwin.text.features import NGRAMS


def make_optimizer(model: Model) -> Optimizer:
    """The optimizer that a model's configuration names, with its state at zero; `Trainer` sets its treatments."""
    chosen = model.config.optimizer
    settings = OptimizerSettings(
        momentum=chosen.momentum,
        beta1=chosen.beta1,
        beta2=chosen.beta2,
        epsilon=chosen.epsilon,
        weight_decay=chosen.weight_decay,
    )
    # The gradient of a table is a few rows, unless a penalty is on every row.
    by_rows = [] if model.config.objective.l2 and model.penalised_tables else model.tables
    return Optimizer(OPTIMIZERS[chosen.name].rule(settings), model.params, by_rows)


def treatments(model: Model, passes: int) -> dict[str, Treatment]:
    """How each parameter is treated: tables have a rate of their own, and decoupled decay spares what L2 spares.

    A form has some twenty n-grams, and in a small corpus most of them occur in no other form. In many passes over
    little text a model would use them to learn forms by heart. So their rate is divided by the number of passes in an
    epoch.
    """
    rates = dict.fromkeys(model.tables, model.config.optimizer.table_rate)
    if NGRAMS in rates:
        rates[NGRAMS] /= passes
    return {
        name: Treatment(rates.get(name, 1.0), decayed=penalised(name, model.penalised_tables)) for name in model.params
    }


def learning_rate(config: Config) -> float:
    """The first learning rate: the one that is set, or the optimizer's own."""
    chosen = config.optimizer.learning_rate
    return OPTIMIZERS[config.optimizer.name].rate if chosen is None else chosen


def make_schedule(config: Config, steps_per_epoch: int) -> Schedule:
    """The schedule of a configuration, whose times are in epochs, as one in steps."""
    chosen, steps = config.schedule, max(steps_per_epoch, 1)
    settings = ScheduleSettings(
        rate=learning_rate(config),
        total=config.training.epochs * steps,
        period=None if chosen.period is None else chosen.period * steps,
        factor=chosen.factor,
        decay=chosen.decay / steps,
        tau=chosen.tau * steps,
        warmup=chosen.warmup * steps,
    )
    return SCHEDULES[chosen.name](settings)
