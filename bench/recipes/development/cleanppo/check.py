"""The records of each update, the lines logged but for the rate, and the weights."""
TOLERANCE = 5e-4


def observe():
    import ppo

    lines = []
    args = ppo.parse_args(["--num-envs", "4", "--num-steps", "16", "--total-timesteps", "256", "--target-kl", "0.0001", "--learning-rate", "0.003"])
    agent, records = ppo.train(args, log=lines.append)
    return {"records": records, "lines": [line.split("clipfrac")[1] for line in lines], "weights": [p.detach().sum() for p in agent.parameters()]}
