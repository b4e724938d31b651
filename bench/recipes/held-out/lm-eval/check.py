"""The file of results, and outputs of the model for texts of unequal length."""
import json
import os
import tempfile

TOLERANCE = 1e-3


def observe():
    import evaluate
    import torch

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results.json")
        evaluate.main(["--count", "7", "--batch-size", "3", "--out", path])
        with open(path) as f:
            results = json.load(f)
    torch.manual_seed(3)
    model = evaluate.CausalLM(dim=16).eval()
    logits = model(evaluate.pad([[1, 2, 3, 4, 5], [6, 7]], "cpu")).detach()
    scores = evaluate.Evaluator(model, torch.device("cpu")).choice_scores("a question", ["yes.", "certainly not"])
    return {"results": results, "logits": [logits[0].sum(dim=1), logits[1, :2].sum(dim=1)], "scores": [float(one) for one in scores], "names": list(model.state_dict())}
