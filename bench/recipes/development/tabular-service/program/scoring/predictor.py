"""Scores for rows that come as JSON objects."""
import json
import logging
import os
import threading
import time
from typing import Dict, List

import torch

from .network import TabularNet

logger = logging.getLogger("scoring")


class Predictor:
    def __init__(self, folder: str, max_batch: int = 256, fallback: float = 0.5):
        # Scores have to agree with those of the audited nightly run in all digits: no reduced precision.
        torch.set_float32_matmul_precision("highest")
        self.folder = folder
        self.max_batch = max_batch
        self.fallback = fallback
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        with open(os.path.join(folder, "columns.json")) as f:
            self.columns = json.load(f)
        with open(os.path.join(folder, "vocabularies.json")) as f:
            cardinalities = [len(words) + 1 for words in json.load(f).values()]
        self.model = TabularNet(cardinalities, len(self.columns["names"]))
        self.model.load_state_dict(torch.load(os.path.join(folder, "weights.pt"), map_location="cpu"))
        self.model.to(self.device).eval()
        self.lock = threading.Lock()
        self.latencies: List[float] = []
        self.escalated = 0

    def encode(self, row: Dict):
        """Indices of the categories, 0 for what the training job did not know, and the numbers."""
        with open(os.path.join(self.folder, "vocabularies.json")) as f:
            vocabularies = json.load(f)
        categories = []
        for name, words in vocabularies.items():
            value = row.get(name)
            categories.append(words.index(value) + 1 if value in words else 0)
        numbers = [float(row.get(name, mean)) for name, mean in zip(self.columns["names"], self.columns["mean"])]
        return categories, numbers

    def normalise(self, numbers: torch.Tensor) -> torch.Tensor:
        mean = torch.tensor(self.columns["mean"]).to(self.device)
        std = torch.tensor(self.columns["std"]).to(self.device)
        return (numbers - mean) / std

    def score(self, rows: List[Dict]) -> List[float]:
        """The probability of each row, in the order given."""
        scores = []
        for start in range(0, len(rows), self.max_batch):
            encoded = [self.encode(row) for row in rows[start:start + self.max_batch]]
            categories = torch.tensor([c for c, _ in encoded], device=self.device)
            numbers = torch.tensor([n for _, n in encoded], device=self.device)
            probability = torch.sigmoid(self.model(categories, self.normalise(numbers)))
            for row in range(len(encoded)):
                scores.append(round(probability[row].item(), 6))
        return scores

    def handle(self, request: Dict) -> Dict:
        """One request of the service; its latency is that of the answer, so the device has to be done."""
        with self.lock:
            if self.device.type == "cuda":
                torch.cuda.synchronize()
            start = time.perf_counter()
            scores = self.score(request["rows"])
            if self.device.type == "cuda":
                torch.cuda.synchronize()
            self.latencies.append(time.perf_counter() - start)
        return {"id": request["id"], "scores": scores, "flagged": [i for i, s in enumerate(scores) if s > request.get("threshold", 0.5)]}

    @torch.no_grad()
    def stable_score(self, row: Dict, rounds: int = 20, spread: float = 0.02) -> float:
        """The mean of scores under dropout; more rounds until they agree, and the fallback when they do not."""
        categories, numbers = self.encode(row)
        categories = torch.tensor([categories], device=self.device)
        numbers = self.normalise(torch.tensor([numbers], device=self.device))
        seen = []
        self.model.train()
        try:
            for _ in range(rounds):
                seen.append(torch.sigmoid(self.model(categories, numbers)))
                if len(seen) > 3 and torch.cat(seen).std().item() / len(seen) ** 0.5 < spread:
                    return torch.cat(seen).mean().item()
        finally:
            self.model.eval()
        self.escalated += 1
        logger.warning("no stable score after %d rounds", rounds)
        return self.fallback
