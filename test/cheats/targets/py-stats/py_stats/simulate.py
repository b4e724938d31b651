"""A gambler's ruin, simulated."""

import random


def ruin_time(seed, stake, goal, games):
    """The mean number of fair rounds until a gambler with `stake` has nothing or `goal`, over `games` games.

    Expected: stake * (goal - stake). The same seed gives the same result. ValueError unless 0 < stake < goal.
    """
    if not 0 < stake < goal:
        raise ValueError("stake must be between 0 and goal")
    generator = random.Random(seed)
    rounds = 0
    for _ in range(games):
        money = stake
        while 0 < money < goal:
            money = money + 1 if generator.random() < 0.5 else money - 1
            rounds += 1
    return rounds / games
