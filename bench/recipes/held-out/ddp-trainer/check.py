"""Two real processes over gloo: the log, metrics and weights of each rank."""
import tempfile

import two_ranks

TOLERANCE = 5e-4


def observe():
    with tempfile.TemporaryDirectory() as folder:

        def work(rank):
            import run_reverse

            # One example more for the first rank.
            trainer, metrics = run_reverse.main(folder, train=97, test=21, num_train_epochs=3, per_device_batch_size=8, logging_steps=4)
            log = [[one["step"], one["loss"]] for one in trainer.log_history]
            return [log, metrics, trainer.saved, trainer.global_step, [one.double().sum().item() for one in trainer.model.parameters()]]

        return two_ranks.answers_of(work)
