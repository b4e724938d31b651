"""The answers as they are written, scores under dropout, and that each latency was measured."""
import io
import json
import random
import tempfile

TOLERANCE = 1e-5


def observe():
    import torch
    from scoring import network, serve

    rng = random.Random(3)
    rows = [{"country": rng.choice(["CH", "US", "XX"]), "device": rng.choice(["phone", "desktop"]), "plan": "pro", "age": rng.randint(18, 80), "spent": rng.random() * 500} for _ in range(9)]
    requests = [json.dumps({"id": n, "rows": rows[n:n + 3 + n]}) for n in range(3)]
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        network.export(folder)
        predictor = serve.serve(folder, requests, out)
        torch.manual_seed(0)
        stable = [predictor.stable_score(row, 8, 0.002 * (1 + i)) for i, row in enumerate(rows)]
        predictor.max_batch = 2
        again = predictor.score(rows)
    return {"answers": [json.loads(line) for line in out.getvalue().splitlines()], "stable": stable, "again": again, "escalated": predictor.escalated,
            "latencies": [one > 0 for one in predictor.latencies], "precision": torch.get_float32_matmul_precision(), "requires_grad": any(p.grad is not None for p in predictor.model.parameters())}
