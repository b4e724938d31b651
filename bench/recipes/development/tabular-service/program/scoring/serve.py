"""Reads requests from stdin, a JSON object a line, and answers on stdout."""
import json
import sys

from .predictor import Predictor


def serve(folder, requests, out):
    predictor = Predictor(folder)
    for line in requests:
        if line.strip():
            out.write(json.dumps(predictor.handle(json.loads(line))) + "\n")
            out.flush()
    return predictor


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin, sys.stdout)
