/** The workflows of the bundle, by the names that clients start them with. */
export { agentAttempt } from './agent.js';
export { alerts } from './alerts.js';
export { fleet } from './fleet.js';
export { fleetRun } from './fleet-run.js';
export { host } from './host.js';
export { judge } from './judge.js';
export { keepLessons } from './keep-lessons.js';
export { notification } from './notification.js';
export { rollback } from './rollback.js';
export { run } from './run.js';
export { trial } from './trial.js';
export { watch } from './watch.js';
