import { describe, expect, it } from 'vitest';
import { notKept, placesOf } from '../../src/profile/capture/place.js';

describe('the place of a profile', () => {
  it.each([['ENOSPC', 'PL_DISK_FULL'], ['EDQUOT', 'PL_DISK_FULL'], ['EACCES', 'PL_PROFILE_OUT']])('that fails with %s is %s, and says where the recording is', (code, told) => {
    const error = notKept(Object.assign(new Error(`${code}: no`), { code }), '/full/x.pstats', '/tmp/made');
    expect(error.toJSON()).toMatchObject({ code: told, where: '/full/x.pstats', message: expect.stringContaining('/tmp/made') as string });
  });

  it.each([
    ['/a/x.cpuprofile', ['/a/x.cpuprofile', '/a/x.sqlite', '/a/x.files']],
    ['/a/x.trace.json.gz', ['/a/x.trace.json.gz', '/a/x.sqlite', '/a/x.files']],
    ['/a/x.sqlite', ['/a/x.sqlite', '/a/x.files']],
  ])('%s is that or a database with a folder', (out, places) => expect(placesOf(out)).toEqual(places));
});
