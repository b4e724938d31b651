import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import { formatTraceparent, parseTraceparent, traceHeader, workflowSpan, type TraceContext } from '../../core/trace-context.js';
import { OtlpExporter, otlpSettings } from '../../telemetry/otlp.js';
import { addSpan, inSpan, keepSpans, spanKinds, tracing } from '../../telemetry/spans.js';
import type { TraceSinks } from '../../workflows/tracing.js';
import { currentBuild } from '../engine/package-paths.js';

/** Traces this process where an endpoint of OpenTelemetry is named; else does nothing. `service`: what it calls itself. Throws PL_OTLP. */
export function traceProcess(env: NodeJS.ProcessEnv, service: string, warn: (text: string) => void): void {
  if (tracing()) return;
  const settings = otlpSettings(env, { service, version: currentBuild().version });
  if (settings !== null) keepSpans(new OtlpExporter(settings, warn));
}

/** Spans of executions of workflows, which cannot send anything themselves. */
export const traceSinks: InjectedSinks<TraceSinks> = {
  trace: {
    workflow: {
      fn: (_info, { name, workflowId, context, parent, began, ended, ok }) => addSpan({ name, kind: spanKinds.internal, context, parent, began, ended, attributes: { 'temporal.workflow.id': workflowId }, failure: ok ? null : 'failed' }),
      callDuringReplay: false,
    },
  },
};

/** Each attempt of an activity is a span below its workflow's, also where nobody traces that: then the workflow's has no record. */
export const tracedActivities: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      if (!tracing()) return next(input);
      const { workflowExecution } = info;
      const parent = headerOf(input.headers) ?? (workflowExecution === undefined ? null : workflowSpan(null, workflowExecution.runId));
      const attributes = { 'temporal.workflow.id': workflowExecution?.workflowId ?? '', 'temporal.activity.attempt': info.attempt, 'perfloop.queue': info.taskQueue };
      return inSpan(info.activityType, { kind: spanKinds.consumer, parent, attributes }, () => next(input));
    },
  },
});

/** Begins a trace with each workflow that a client starts, below TRACEPARENT where that is set. */
export function tracedClient(env: NodeJS.ProcessEnv): WorkflowClientInterceptor {
  const outer = parseTraceparent(env['TRACEPARENT']);
  const traced = <Input extends { headers: Headers }, Output>(name: string, id: string, input: Input, next: (input: Input) => Promise<Output>): Promise<Output> =>
    inSpan(name, { kind: spanKinds.client, ...(outer === null ? {} : { parent: outer }), attributes: { 'temporal.workflow.id': id } }, (context) => next(context === null ? input : { ...input, headers: { ...input.headers, [traceHeader]: defaultPayloadConverter.toPayload({ traceparent: formatTraceparent(context) }) } }));
  return {
    start: (input, next) => traced(`start ${input.workflowType}`, input.options.workflowId, input, next),
    startWithDetails: (input, next) => traced(`start ${input.workflowType}`, input.options.workflowId, input, next),
    signal: (input, next) => traced(`signal ${input.signalName}`, input.workflowExecution.workflowId ?? '', input, next),
    startUpdate: (input, next) => traced(`update ${input.updateName}`, input.workflowExecution.workflowId ?? '', input, next),
  };
}

function headerOf(headers: Headers): TraceContext | null {
  const payload = headers[traceHeader];
  return payload === undefined ? null : parseTraceparent(defaultPayloadConverter.fromPayload<Record<string, string>>(payload)['traceparent']);
}
