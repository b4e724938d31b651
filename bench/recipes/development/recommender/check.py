"""Losses of two epochs, the stream of records, hits, and the ranking."""
import io

TOLERANCE = 2e-4


def observe():
    import json

    import recommend

    stream = io.StringIO()
    losses, hits, best = recommend.main(["--users", "60", "--films", "30", "--count", "1500", "--epochs", "2", "--batch-size", "64"], stream=stream)
    records = [json.loads(line) for line in stream.getvalue().splitlines()]
    return {"losses": losses, "hits": hits, "best": best, "records": records}
