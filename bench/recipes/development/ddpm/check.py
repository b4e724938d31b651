"""Losses, sampled images, the trace, and the model's state."""
TOLERANCE = 5e-4


def observe():
    import ddpm

    history, images, trace, model = ddpm.main(count=96, epochs=2, timesteps=12, samples=3)
    ordered = [value.double().sum() for name, value in model.state_dict().items()]
    return {"history": history, "images": images, "trace": [float(one) for one in trace], "trace_of": sorted({type(one).__name__ for one in trace}), "names": list(model.state_dict()), "weights": ordered}
