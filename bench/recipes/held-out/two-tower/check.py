"""Losses, lists, weights, histories as they are made, and what the generator draws next."""
TOLERANCE = 1e-3


def observe():
    import torch
    import two_tower

    made = two_tower.main(["--users", "40", "--items", "50", "--topics", "4", "--dim", "8", "--negatives", "3", "--batch-size", "32", "--epochs", "2", "--k", "5"])
    rows = two_tower.Histories([[5, 6, 7], [1], [9, 8, 7, 6]], 3).before(torch.tensor([2, 0, 1, 2]), torch.tensor([4, 2, 0, 1]))
    return {"history": made.history, "lists": made.lists, "recall": made.recall, "draw": int(made.rng.integers(1000)), "rows": rows, "kind": str(rows.dtype),
            "weights": [p.double().sum() for p in made.model.parameters()]}
