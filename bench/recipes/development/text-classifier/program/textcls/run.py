"""python -m textcls.run OUTPUT_DIR"""
import json
import logging
import os
import sys

import numpy as np
import torch

from .arguments import TrainingArguments
from .data import DataCollatorWithPadding, TopicDataset
from .modeling import TextClassifier
from .trainer import Trainer


def compute_metrics(eval_pred):
    logits, labels = eval_pred
    predictions = np.argmax(logits, axis=-1)
    return {"accuracy": float((predictions == labels).mean())}


def main(output_dir, train_size=4000, eval_size=800, **overrides):
    args = TrainingArguments(output_dir=output_dir, **overrides)
    torch.manual_seed(args.seed)
    trainer = Trainer(TextClassifier(), args, TopicDataset(train_size), TopicDataset(eval_size, seed=1), DataCollatorWithPadding(), compute_metrics)
    result = trainer.train()
    with open(os.path.join(output_dir, "trainer_state.json"), "w") as f:
        json.dump({"log_history": trainer.log_history, **result}, f, indent=2)
    return trainer, result


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    main(sys.argv[1])
