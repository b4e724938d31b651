"""Losses and scores by class, of clear and hazy tiles, and the sum of each file of masks."""
TOLERANCE = 1e-4


def observe():
    import evaluate

    clear, hazy, sums = evaluate.main(count=10, batch=4)
    return {"clear": clear, "hazy": hazy, "masks": sums}
