import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What makes certificates in tests; its absence is told by what skips. */
export const openssl = spawnSync('openssl', ['version']).status === 0;

/** Paths of PEM files. */
export interface Certificate {
  cert: string;
  key: string;
}

export interface Authority extends Certificate {
  /** A certificate for this name; `expired` since long ago. */
  issue(name: string, options?: { expired?: boolean; host?: string }): Certificate;
}

/** A certificate authority of its own, in a folder. */
export function authority(folder: string, name: string): Authority {
  const home = join(folder, name);
  mkdirSync(join(home, 'issued'), { recursive: true });
  const run = (...args: string[]): void => void execFileSync('openssl', args, { cwd: home, stdio: 'pipe' });
  run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', `/CN=${name}`);
  writeFileSync(join(home, 'index.txt'), '');
  writeFileSync(join(home, 'ca.cnf'), `[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = issued\ncertificate = ca.pem\nprivate_key = ca.key\nrand_serial = yes\ndefault_md = sha256\npolicy = any\ncopy_extensions = copy\nunique_subject = no\n[any]\ncommonName = supplied\n`);
  const at = (file: string): string => join(home, file);
  return {
    cert: at('ca.pem'),
    key: at('ca.key'),
    issue(name, { expired = false, host = '127.0.0.1' } = {}) {
      const subjectName = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
      run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${subjectName}`);
      run('ca', '-batch', '-config', 'ca.cnf', '-in', `${name}.csr`, '-out', `${name}.pem`, '-notext', ...(expired ? ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'] : ['-days', '20']));
      return { cert: at(`${name}.pem`), key: at(`${name}.key`) };
    },
  };
}
