"""What each fold came to, and the last model's weights."""
TOLERANCE = 1e-3


def observe():
    import warnings

    warnings.simplefilter("ignore")
    import forecast

    results, model = forecast.Forecaster(forecast.Settings(history=32, horizon=6, hidden=6, levels=2, batch_size=16, epochs=3, lr=0.02, clip=0.05, folds=2, length=300)).walk_forward()
    return {"results": results, "weights": [value.double().sum() for value in model.state_dict().values()]}
