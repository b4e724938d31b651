from dataclasses import dataclass


@dataclass
class TrainingArguments:
    output_dir: str
    num_train_epochs: int = 3
    per_device_batch_size: int = 16
    learning_rate: float = 5e-3
    max_grad_norm: float = 1.0
    logging_steps: int = 50
    seed: int = 42
