/** CPU time of this process, all threads, in milliseconds, that a body takes. */
export async function cpuOf(body: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The same for each of several executions, after some that do not count. */
export async function cpuTimes(body: () => unknown, warmups: number, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = -warmups; run < runs; run++) {
    const time = await cpuOf(body);
    if (run >= 0) times.push(time);
  }
  return times;
}
