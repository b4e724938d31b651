"""The curve, the words counted, translations and their alignment, and the names of the state."""
TOLERANCE = 5e-4


def observe():
    from nmt.run import main

    model, curve, some = main(epochs=2, n=48)
    out, alignment = model.translate(some)
    return {"curve": curve, "out": out, "alignment": alignment, "state": sorted(model.state_dict())}
