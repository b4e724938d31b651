"""Results of each fold, probabilities, the weights of each fold and of the soup."""
TOLERANCE = 1e-3


def observe():
    import folds

    models, results = folds.cross_validate(rows=200, folds=3, repeats=1, epochs=6, batch_size=32, patience=1)
    categories, numbers, _ = folds.make_table(7, seed=3)
    p = models[0].predict_proba(categories, numbers)
    soup = folds.ensemble_average(models)
    return {"results": results, "p": p, "kind": type(p).__name__, "weights": [[v.double().sum() for v in m.net_.state_dict().values()] for m in models],
            "soup": [q.double().sum() for q in soup.parameters()], "state": [type(v).__name__ for v in models[0].best_state_.values()]}
