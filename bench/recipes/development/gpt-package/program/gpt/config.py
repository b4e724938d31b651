from dataclasses import dataclass


@dataclass
class Config:
    vocabulary: int = 64
    block: int = 32
    width: int = 48
    heads: int = 4
    layers: int = 2
    dropout: float = 0.0
    batch: int = 16
    steps: int = 200
    learning_rate: float = 3e-3
    log_every: int = 20
    seed: int = 7
