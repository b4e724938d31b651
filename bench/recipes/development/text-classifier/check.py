"""The state that the run writes as JSON, and the model's file."""
import json
import os
import tempfile

TOLERANCE = 5e-4


def observe():
    import torch
    from textcls import run

    with tempfile.TemporaryDirectory() as folder:
        run.main(folder, 80, 40, num_train_epochs=2, logging_steps=4, eval_steps=4, early_stopping_patience=4, learning_rate=2e-3)
        with open(os.path.join(folder, "trainer_state.json")) as f:
            state = json.load(f)
        weights = torch.load(os.path.join(folder, "pytorch_model.bin"))
    return {"state": state, "weights": {name: value.double().sum() for name, value in weights.items() if "position_ids" not in name}}
