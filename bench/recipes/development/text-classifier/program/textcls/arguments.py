from dataclasses import dataclass, field
from typing import Optional

import torch


@dataclass
class TrainingArguments:
    output_dir: str = field(metadata={"help": "Where checkpoints are written."})
    num_train_epochs: int = 3
    per_device_train_batch_size: int = 16
    per_device_eval_batch_size: int = 32
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    logging_steps: int = 50
    eval_steps: int = 200
    logging_nan_inf_filter: bool = True
    early_stopping_patience: Optional[int] = None
    seed: int = 42

    @property
    def device(self):
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
