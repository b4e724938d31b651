"""The loss of each of ten steps, what the model then generates, and the attention that it reports."""
TOLERANCE = 2e-4


def observe():
    import torch

    from gpt.config import Config
    from gpt.train import train

    model, losses = train(Config(steps=10, batch=4))
    model.eval()
    tokens = torch.arange(8).view(1, 8)
    return {
        "losses": losses,
        "state": sorted(model.state_dict()),
        "generated": model.generate(tokens, 6),
        "stopped": model.generate(tokens, 40, stop_token=int(model.generate(tokens, 1)[0, -1])),
        "weights": model.inspect_weights(tokens),
    }
