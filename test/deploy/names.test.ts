import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dashboard } from '../../scripts/dashboard.js';
import { metrics } from '../../src/telemetry/metrics.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { searchAttributeTypes } from '../../src/worker/engine/search-attributes.js';

const read = (file: string): string => readFileSync(join(packageRoot, file), 'utf8');
const ours = new Set(Object.values(metrics).map(({ declared }) => declared.name));

describe('deploy/', () => {
  it('has the dashboard that scripts/dashboard.ts writes', () => {
    expect(read('deploy/grafana/dashboards/perfloop.json'), 'run `npx tsx scripts/dashboard.ts`').toBe(dashboard());
  });

  it.each(['deploy/grafana/dashboards/perfloop.json', 'deploy/prometheus/alerts.yml'])('names in %s only metrics that perfloop has', (file) => {
    const named = [...new Set(read(file).match(/\b(?:perfloop|nodejs|process)_[a-z_]+/g))].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !ours.has(name))).toEqual([]);
  });

  it('registers the search attributes that perfloop sets', () => {
    const [, list = ''] = /^attributes='(.*)'$/m.exec(read('deploy/temporal/namespace.sh')) ?? [];
    expect(Object.fromEntries(list.split(' ').map((one) => one.split('=')))).toEqual(searchAttributeTypes);
  });
});
