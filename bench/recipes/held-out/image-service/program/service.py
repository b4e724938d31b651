"""Classifies pictures of any size for clients that send JSON: a small model first, a larger one when that is unsure.

    python service.py requests.jsonl
"""
import base64
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List

import numpy as np
import torch
import torch.nn as nn

LABELS = ["stripes", "checks", "dots", "plain", "noise", "gradient"]


def conv_net(width: int, depth: int, classes: int = len(LABELS)) -> nn.Sequential:
    layers: List[nn.Module] = [nn.Conv2d(3, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    for _ in range(depth):
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


class Preprocessor:
    """Bytes of a picture to a normalized tensor on the device, 3 x H x W."""

    def __init__(self, device: torch.device, longest: int = 512):
        self.device, self.longest = device, longest

    def decode(self, request: Dict[str, Any]) -> np.ndarray:
        raw = np.frombuffer(base64.b64decode(request["data"]), dtype=np.uint8)
        return raw.reshape(request["height"], request["width"], 3)

    def __call__(self, request: Dict[str, Any]) -> torch.Tensor:
        picture = torch.from_numpy(self.decode(request).copy()).to(self.device)
        x = picture.permute(2, 0, 1).float() / 255
        mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1).to(self.device)
        std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1).to(self.device)
        x = (x - mean) / std
        step = max(1, max(x.shape[1:]) // self.longest)
        return x[:, ::step, ::step]


class Classifier:
    def __init__(self, sure: float = 0.3, seed: int = 0):
        torch.manual_seed(seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.small = conv_net(16, 1).to(self.device).eval()
        self.large = conv_net(48, 4).to(self.device).eval()
        self.preprocess = Preprocessor(self.device)
        self.sure = sure
        self.escalated = 0

    def classify(self, request: Dict[str, Any]) -> torch.Tensor:
        """Probabilities of the labels."""
        x = self.preprocess(request).unsqueeze(0)
        probabilities = self.small(x).softmax(dim=-1)[0]
        if probabilities.max().item() < self.sure:
            self.escalated += 1
            probabilities = self.large(x).softmax(dim=-1)[0]
        return probabilities

    def answer(self, request: Dict[str, Any], top: int = 3) -> Dict[str, Any]:
        began = time.perf_counter()
        probabilities = self.classify(request)
        values, indices = probabilities.topk(top)
        best = []
        for value, index in zip(values, indices):
            best.append({"label": LABELS[index.item()], "score": round(value.item(), 4)})
        return {"id": request["id"], "best": best, "ms": (time.perf_counter() - began) * 1000}


def serve(lines: List[str], classifier: Classifier, out) -> Dict[str, int]:
    """Answers each line; pictures are parsed ahead by threads, answers come in the order of the questions."""
    errors = 0
    with ThreadPoolExecutor(2) as pool:
        for request in pool.map(json.loads, lines):
            if request["height"] * request["width"] * 4 != len(request["data"]):
                errors += 1
                answer = {"id": request["id"], "error": "size"}
            else:
                answer = classifier.answer(request)
            out.write(json.dumps(answer) + "\n")
            out.flush()
    return {"errors": errors, "escalated": classifier.escalated}


def main(path: str, out=sys.stdout, **options: Any) -> Dict[str, int]:
    torch.backends.cudnn.deterministic = False
    classifier = Classifier(**options)
    with open(path) as f:
        return serve(f.read().splitlines(), classifier, out)


if __name__ == "__main__":
    main(sys.argv[1])
