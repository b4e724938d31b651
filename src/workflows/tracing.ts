import { defaultPayloadConverter, proxySinks, workflowInfo, type Headers, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow';
import { formatTraceparent, parseTraceparent, traceHeader, workflowSpan, type TraceContext } from '../core/trace-context.js';

/** An execution of a workflow that has ended, for the trace. */
export interface WorkflowSpan {
  name: string;
  workflowId: string;
  context: TraceContext;
  parent: TraceContext | null;
  /** Workflow time, ms. */
  began: number;
  ended: number;
  ok: boolean;
}

export interface TraceSinks extends Sinks {
  trace: { workflow(span: WorkflowSpan): void };
}

/**
 * Hands the trace that a workflow was started with on to its activities and children. Without one nothing happens. Nothing here
 * awaits and nothing is drawn at random, so that a run replays alike whether it is traced or not: Temporal's own interceptors
 * for OpenTelemetry do both, and two of our recorded histories do not replay with them.
 */
export const interceptors = (): WorkflowInterceptors => {
  let context: TraceContext | null = null;
  const traced = <Input extends { headers: Headers }>(input: Input): Input => (context === null ? input : { ...input, headers: { ...input.headers, [traceHeader]: defaultPayloadConverter.toPayload({ traceparent: formatTraceparent(context) }) } });
  return {
    inbound: [{
      execute(input, next) {
        const parent = parentOf(input.headers);
        if (parent === null) return next(input);
        const { runId, startTime, workflowType, workflowId } = workflowInfo();
        const own = (context = workflowSpan(parent, runId));
        const ended = (ok: boolean): void => proxySinks<TraceSinks>().trace.workflow({ name: workflowType, workflowId, context: own, parent, began: startTime.getTime(), ended: Date.now(), ok });
        const result = next(input);
        // The promise itself is given on: another one would settle later.
        result.then(() => ended(true), (error: unknown) => ended(error instanceof Error && error.name === 'ContinueAsNew'));
        return result;
      },
    }],
    outbound: [{
      scheduleActivity: (input, next) => next(traced(input)),
      startChildWorkflowExecution: (input, next) => next(traced(input)),
      continueAsNew: (input, next) => next(traced(input)),
      signalWorkflow: (input, next) => next(traced(input)),
    }],
  };
};

function parentOf(headers: Headers): TraceContext | null {
  const payload = headers[traceHeader];
  return payload === undefined ? null : parseTraceparent(defaultPayloadConverter.fromPayload<Record<string, string>>(payload)['traceparent']);
}
