"""Losses, accuracies, when it stopped, and the statistics."""
from argparse import Namespace

TOLERANCE = 5e-4


def observe():
    import gcn

    return gcn.run(Namespace(nodes=120, hidden=8, layers=2, lr=0.05, epochs=40, patience=8, seed=0))
