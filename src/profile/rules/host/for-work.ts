/** `Thread.join`, `Queue.get`, `Condition.wait`, `Future.result`: they end when the other work does. */
const waitsForWork = /^(join|_wait_for_tstate_lock|wait|wait_for|get|result|shutdown|_python_exit|_shutdown|as_completed|map|communicate|_communicate)$/;

/** Library calls inside of subprocess wait for another program, not for work of this one. */
const subprocess = /[\\/]subprocess\.py$/;

/** Whether a library function on the way waits for other work of the program. */
export const isForWork = ({ symbol, module }: { symbol: string; module: string }): boolean => waitsForWork.test(symbol) && !subprocess.test(module);
