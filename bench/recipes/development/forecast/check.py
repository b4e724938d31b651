"""Every epoch's loss, error, rate and skipped steps, and the sensitivity at the end."""
TOLERANCE = 5e-4


def observe():
    import forecast

    report, sensitivity = forecast.main(["--days", "20", "--hidden", "8", "--window", "12", "--batch", "8", "--steps", "6", "--epochs", "4"])
    return {"report": report, "sensitivity": sensitivity}
