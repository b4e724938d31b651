"""Losses and error rates, decoded texts, how many batches were left out, and the best weights."""
import os
import tempfile

TOLERANCE = 1e-3


def observe():
    import asr
    import torch

    with tempfile.TemporaryDirectory() as folder:
        experiment = asr.Experiment(train_size=30, dev_size=9, batch_size=5, lr=0.02, workdir=folder)
        history, best = experiment.fit(2)
        weights = torch.load(os.path.join(folder, "best.pt"))
    features, lengths, _, _ = asr.collate([asr.Tones(4, seed=2)[i] for i in range(4)])
    with torch.no_grad():
        texts = asr.greedy_decode(experiment.model(features, lengths), lengths)
    return {"history": history, "best": best, "skipped": experiment.skipped, "texts": texts, "weights": {k: v.sum() for k, v in weights.items()}, "features": features.mean(dim=(1, 2))}
