"""What each episode came to, and the weights of both networks."""
TOLERANCE = 5e-4


def observe():
    import warnings

    import dqn

    warnings.simplefilter("ignore")
    agent, history = dqn.train(dqn.Config(episodes=7, batch_size=16, start_after=40, eps_decay=60, tau=0.05))
    return {
        "history": history,
        "policy": [value.double().sum() for value in agent.policy_net.state_dict().values()],
        "target": [value.double().sum() for value in agent.target_net.state_dict().values()],
        "priorities": [float(one) for one in agent.memory.priorities],
    }
