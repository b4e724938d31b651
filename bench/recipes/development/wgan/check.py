"""The generator's curve, the critic's steps, and the coverage at the end."""
TOLERANCE = 1e-3


def observe():
    import wgan

    gan = wgan.GAN(wgan.options(["--epochs", "2", "--iters", "6", "--batch", "16", "--hidden", "16", "--enough", "0.02"]))
    curve, steps = gan.train()
    return {"curve": curve, "critic": steps, "coverage": gan.coverage(2), "spread": gan.spread()}
