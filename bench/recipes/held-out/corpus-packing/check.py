"""The result file, texts, blocks, difficulties, weights of tokens, and the model's weights."""
import json
import os
import tempfile

TOLERANCE = 1e-3


def observe():
    import pretrain
    import torch

    with tempfile.TemporaryDirectory() as folder:
        model, texts, blocks, sampler = pretrain.main([folder, "--lines", "80", "--block", "10", "--batch-size", "8", "--dim", "12", "--epochs", "2"])
        with open(os.path.join(folder, "result.json")) as f:
            result = json.load(f)
        some = [texts[i] for i in (3, 79, 0, 3)]
    y = torch.tensor([[0, 2, 3, 11], [12, 13, 1, 5]])
    return {"result": result, "texts": some, "blocks": blocks, "difficulty": sampler.difficulty, "token_weights": pretrain.token_weights(y), "kind": str(pretrain.token_weights(y).dtype),
            "weights": [p.double().sum() for p in model.parameters()]}
