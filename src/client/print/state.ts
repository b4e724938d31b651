import type { RunState } from '../../core/status.js';
import type { Format } from '../style.js';

export const stateFormat: Record<RunState, Format> = { running: 'green', paused: 'yellow', 'awaiting-approval': 'yellow', stopping: 'yellow', done: 'green', failed: 'red', cancelled: 'red' };
