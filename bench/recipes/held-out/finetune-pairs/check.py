"""The history and the weights. A low limit of the norm, so that some steps are skipped."""
TOLERANCE = 5e-4


def observe():
    import finetune

    model, history = finetune.main(["--epochs", "2", "--train-size", "160", "--batch-size", "16", "--max-norm", "0.04"])
    return {"history": history, "weights": [p.double().sum() for p in model.parameters()]}
