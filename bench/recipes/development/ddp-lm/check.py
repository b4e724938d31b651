"""Two real processes over gloo: each rank's records, perplexities, hardest sequences, and weights."""
import os
import tempfile

import two_ranks

TOLERANCE = 5e-4


def work(rank, path):
    import train_ddp

    records, perplexities, worst, weights = train_ddp.main(["--epochs", "2", "--size", "96", "--batch-size", "4", "--grad-accum", "3", "--lr", "0.01", "--checkpoint", path])
    return [records, perplexities, worst, [one.sum().item() for one in weights], os.path.exists(path)]


def observe():
    with tempfile.TemporaryDirectory() as folder:
        return two_ranks.answers_of(work, os.path.join(folder, "weights.pt"))
