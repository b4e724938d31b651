"""The lines written, at once and after a run that was cut off; probabilities; the quick look; what the stopwatch saw."""
import json
import tempfile
from pathlib import Path

TOLERANCE = 5e-4


def observe():
    import tag
    import torch

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "out.jsonl")
        tag.main([str(output), "--count", "2", "--batch-size", "3"])
        pipeline = tag.main([str(output), "--count", "5", "--batch-size", "3", "--profile"])
        lines = output.read_text().splitlines()
    waves = [wave for _, wave in tag.recordings(3, seed=4)]
    probabilities = pipeline.predict(waves[0])
    return {
        "lines": [json.loads(line) for line in lines],
        "probabilities": probabilities,
        "gradients": probabilities.requires_grad,
        "merged": pipeline.merge(torch.rand(6, 6, generator=torch.Generator().manual_seed(1))),
        "quick": [pipeline.listen_until_sure(wave, sure) for wave, sure in zip(waves, (0.1, 0.2, 0.99))],
        "timed": [seconds > 0 for seconds in pipeline.stopwatch.seconds.values()],
        "state": list(pipeline.model.state_dict()),
    }
