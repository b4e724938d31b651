"""The history, actions of the policy, and the weights of all nets."""
TOLERANCE = 2e-3


def observe():
    import numpy as np
    import sac

    agent, history = sac.train(episodes=4, batch_size=8, start=20, hidden=16, limit=12)
    actions = [agent.select_action(np.array(one, dtype=np.float32), evaluate=True) for one in ([1, 0, 0], [0, 1, -2])]
    return {"history": history, "actions": actions, "alpha": float(agent.alpha),
            "weights": [p.detach().double().sum() for net in (agent.critic, agent.critic_target, agent.policy) for p in net.parameters()]}
