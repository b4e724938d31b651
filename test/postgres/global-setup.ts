import findServer from '../global-setup.js';
import { startCluster } from '../support/production/cluster.js';

/** One server on PostgreSQL for all files of `npm run test:postgres` or `npm run test:prometheus`; they learn where it is from the environment. */
export default async function setup(): Promise<() => Promise<void>> {
  await findServer();
  const { address, metrics, folder, stop } = await startCluster((text) => console.log(text));
  Object.assign(process.env, { PERFLOOP_TEST_ADDRESS: address, PERFLOOP_TEST_CLUSTER: folder, PERFLOOP_TEST_SERVER_METRICS: metrics });
  return stop;
}
