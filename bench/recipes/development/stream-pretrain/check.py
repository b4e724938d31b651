"""The reports and lines, the snapshots, the hardest sequences, and the weights."""
import contextlib
import io
import tempfile

TOLERANCE = 5e-4


def observe():
    from pretrain import loop

    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(said):
        trainer, hardest = loop.main(["--folder", folder, "--steps", "60", "--batch-size", "4", "--report-every", "6", "--documents", "25"])
    return {"reports": trainer.reports, "printed": said.getvalue().splitlines(), "hardest": hardest, "tokens": trainer.tokens_seen,
            "snapshots": [[step, [v.double().sum() for v in state.values()]] for step, state in trainer.snapshots], "weights": [p.detach().sum() for p in trainer.model.parameters()]}
