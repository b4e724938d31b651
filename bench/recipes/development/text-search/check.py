"""Vectors as they are given and as they are written, answers, and what is kept."""
import os
import tempfile

TOLERANCE = 2e-3


def observe():
    import numpy as np
    import search

    with tempfile.TemporaryDirectory() as folder:
        index, answers, kept = search.main([folder, "--count", "40", "--batch-size", "8", "--queries", "5"])
        written = np.array(np.load(os.path.join(folder, "vectors.npy"))).astype(np.float32)
        vectors = index.encode(["", "an unknown text", "Another, longer, unknown text."])
    tokens = index.tokenizer(list(search.corpus(6, seed=5)))
    return {"numbers": [[n for n, _ in one] for one in answers], "scores": [[s for _, s in one] for one in answers], "kept": kept,
            "written": written.sum(axis=1), "vectors": vectors, "kind": type(vectors[0]).__name__, "tokens": tokens["input_ids"]}
