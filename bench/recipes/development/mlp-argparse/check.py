"""Losses and accuracies of three short epochs, with and without the search of a learning rate."""
TOLERANCE = 1e-4


def observe():
    import train

    arguments = ["--epochs", "3", "--samples", "640", "--hidden", "32"]
    return {"plain": train.main(arguments), "searched": train.main([*arguments, "--search-lr"])}
