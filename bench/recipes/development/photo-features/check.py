"""Every vector, the shards, and the duplicates."""
TOLERANCE = 1e-4


def observe():
    import features

    vectors, shards, first, pairs = features.main(count=12, size=16, batch_size=4)
    return {"vectors": {number: vectors[number] for number in sorted(vectors)}, "kind": type(vectors[0]).__name__, "shards": shards, "first": first, "pairs": pairs}
