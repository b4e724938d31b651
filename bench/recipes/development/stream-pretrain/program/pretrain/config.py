from dataclasses import dataclass, field
from typing import Tuple


@dataclass
class DataConfig:
    folder: str = "shards"
    sequence_length: int = 32
    batch_size: int = 16
    shuffle_buffer: int = 64
    seed: int = 11


@dataclass
class ModelConfig:
    vocab_size: int = 64
    width: int = 48
    kernel: int = 4
    layers: int = 3
    smoothing: float = 0.1


@dataclass
class TrainConfig:
    steps: int = 2000
    lr: float = 2e-3
    betas: Tuple[float, float] = (0.9, 0.98)
    report_every: int = 20
    keep_every: int = 200
    max_level: int = 4
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
