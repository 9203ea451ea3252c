import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** Of the authority that signed all but `selfSigned`. */
  readonly ca: string;
  /** For `localhost` and 127.0.0.1. */
  readonly good: Certificate;
  readonly otherName: Certificate;
  readonly expired: Certificate;
  /** For `localhost`, signed by itself. */
  readonly selfSigned: Certificate;
}

/** Makes certificates for one test run. Needs `openssl` on the machine, since node can't make any; throws without it. */
export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-certificates-'));
  try {
    const run = (...args: string[]): void => {
      execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
    };
    const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const selfSign = (name: string, ...args: string[]): void =>
      run('req', '-x509', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-days', '2', ...args);
    const sign = (name: string, altNames: string, ...validity: string[]): Certificate => {
      writeFileSync(join(directory, `${name}.ext`), `subjectAltName=${altNames}\n`);
      run('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`];
      run('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.crt`, ...validity);
      return { cert: read(`${name}.crt`), key: read(`${name}.key`) };
    };
    selfSign('ca', '-subj', '/CN=test authority');
    selfSign('self', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost');
    return {
      ca: read('ca.crt'),
      good: sign('good', 'DNS:localhost,IP:127.0.0.1', '-days', '2'),
      otherName: sign('other', 'DNS:other.example.com', '-days', '2'),
      // Ends as it begins; openssl 3.0 has no option for dates, but takes zero days.
      expired: sign('expired', 'DNS:localhost', '-days', '0'),
      selfSigned: { cert: read('self.crt'), key: read('self.key') },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
