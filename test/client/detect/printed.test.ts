import { describe, expect, it } from 'vitest';
import { printedMetrics } from '../../../src/client/detect/printed.js';
import { RE2JS } from 're2js';

describe('printedMetrics', () => {
  it.each([
    ['console.log(`throughput: ${(n / s).toFixed(1)} MB/s`)', 'throughput', 'max', 'throughput: 12.5 MB/s'],
    ['console.log("elapsed:", t1 - t0, "ms");', 'elapsed', 'min', 'elapsed: 12.5 ms'],
    ["console.log('took:', performance.now() - t);", 'took', 'min', 'took: 12.5'],
    ['print(f"latency_p99 = {p99:.2f} us")', 'latency_p99', 'min', 'latency_p99 = 12.5 us'],
    ["print('ops per sec:', n / t)", 'ops per sec', 'max', 'ops per sec: 12.5'],
    ['printf("time: %8.3f ms\\n", t);', 'time', 'min', 'time:     12.5 ms'],
    ['std::fprintf(stderr, "rate: %.1lf ops/s\\n", r);', 'rate', 'max', 'rate: 12.5 ops/s'],
    ['println!("recall: {:.4}", r);', 'recall', 'max', 'recall: 12.5'],
    ['fmt.Printf("qps=%f\\n", q)', 'qps', 'max', 'qps=12.5'],
  ])('%s', (source, name, goal, output) => {
    const [metric] = printedMetrics(`// first\n${source}\n`, 'b');
    expect(metric).toMatchObject({ name, goal, evidence: 'b:2', certain: false });
    const matcher = RE2JS.compile(metric?.pattern ?? '', RE2JS.MULTILINE).matcher(output);
    expect(matcher.find() && matcher.group(1)).toBe('12.5');
  });

  it.each(['console.log("done")', 'console.log(`seed: ${seed}`)', 'print(f"loaded {n} rows")', 'printf("%d\\n", n);', 'const a = `time: ${t} ms`'])('finds nothing in %s', (source) => {
    expect(printedMetrics(source, 'b')).toEqual([]);
  });
});
