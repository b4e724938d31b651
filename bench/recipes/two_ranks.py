"""For checks of programs that run on several processes: two real ones over gloo."""
import os
import socket


# Longest that a rank may take, in seconds.
PATIENCE = 60


def answers_of(work, *given):
    """What `work(rank, *given)` returns in each of two ranks, with the environment that torchrun gives. Raises TimeoutError when a rank does not come to its end."""
    import torch.multiprocessing as processes

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = processes.get_context("fork")
    pipes = [context.Pipe(duplex=False) for _ in range(2)]
    ranks = [context.Process(target=answer, args=(work, given, rank, port, send)) for rank, (_, send) in enumerate(pipes)]
    try:
        for one in ranks:
            one.start()
        for _, send in pipes:
            send.close()
        answers = []
        for receive, _ in pipes:
            # A rank that dies closes its end, and a rank that waits for it for ever is ended below.
            if not receive.poll(PATIENCE):
                raise TimeoutError("a rank does not come to its end")
            answers.append(receive.recv())
        return answers
    finally:
        for one in ranks:
            one.kill()
            one.join()


def answer(work, given, rank, port, send):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    # The end of a group of gloo hangs once in some dozen runs (its destructor waits for its own thread): it is not
    # ended here, and the process is killed when it has answered.
    dist.destroy_process_group = lambda group=None: None
    send.send(work(rank, *given))
