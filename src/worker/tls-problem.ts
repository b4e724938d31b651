import { connect, type ConnectionOptions as TlsOptions, type TLSSocket } from 'node:tls';
import { PerfloopError } from '../core/errors.js';
import type { ConnectionSettings } from './connection.js';

/** What a handshake of our own came to. `refused-us`: by an alert; `closed`: after our side was done, without a word. `null`: nothing that is TLS's. */
type Handshake = { kind: 'works' | 'refused-us' | 'closed' } | { kind: 'failed'; code: string; text: string } | null;

/**
 * Why TLS with this server fails, found by a handshake of our own: gRPC says no more than that it did not connect in
 * time, or, for workers, what its library calls it. `last`: it will not be tried again, so that what may pass counts too.
 * Null where TLS is not what is wrong.
 */
export async function tlsProblem(settings: ConnectionSettings, { last, limitMs }: { last: boolean; limitMs: number }): Promise<PerfloopError | null> {
  // Most servers that are asked without TLS, and do not answer, are being started.
  if (!settings.tls) return last ? await wantsTls(settings, limitMs) : null;
  const found = await handshake(settings, tlsOptions(settings), limitMs);
  if (found === null || found.kind === 'works') return null;
  if (found.kind === 'failed') return serverProblem(settings, found);
  // A proxy whose server is away closes connections too.
  return found.kind === 'refused-us' || last ? refusedUs(settings) : null;
}

/** A server that speaks TLS, asked without. */
async function wantsTls(settings: ConnectionSettings, limitMs: number): Promise<PerfloopError | null> {
  const found = await handshake(settings, { rejectUnauthorized: false, ALPNProtocols: ['h2'] }, limitMs);
  if (found === null || found.kind === 'failed') return null;
  return problem(settings, 'the server speaks TLS, and is asked without', 'Set TEMPORAL_TLS=true, or [profile.NAME.tls] in the profile file; TEMPORAL_API_KEY turns it on too.');
}

function tlsOptions({ tls, address }: ConnectionSettings): TlsOptions {
  const given = typeof tls === 'object' && tls !== null ? tls : {};
  const name = given.serverNameOverride ?? hostOf(address);
  return {
    ALPNProtocols: ['h2'],
    // An IP address is no name for SNI, but is compared with the certificate all the same.
    ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
    ...(given.serverRootCACertificate === undefined ? {} : { ca: Buffer.from(given.serverRootCACertificate) }),
    ...(given.clientCertPair === undefined || given.clientCertPair === null ? {} : { cert: Buffer.from(given.clientCertPair.crt), key: Buffer.from(given.clientCertPair.key) }),
  };
}

async function handshake({ address }: ConnectionSettings, options: TlsOptions, limitMs: number): Promise<Handshake> {
  let socket: TLSSocket;
  try {
    socket = connect({ ...options, host: hostOf(address), port: Number(address.slice(address.lastIndexOf(':') + 1)) });
  } catch (error) {
    // A certificate or a key that does not parse, or two that do not belong together.
    return failed(error);
  }
  return await new Promise<Handshake>((resolve) => {
    let secure = false;
    const timer = setTimeout(() => resolve(null), limitMs);
    socket.once('secureConnect', () => (secure = true));
    // With TLS 1.3 a server looks at our certificate after we are done: only what it says of HTTP/2 shows that we are in.
    socket.once('data', () => resolve({ kind: 'works' }));
    socket.once('error', (error) => resolve(secure ? { kind: codeOf(error).includes('ALERT') ? 'refused-us' : 'closed' } : failed(error)));
    socket.once('close', () => resolve(secure ? { kind: 'closed' } : null));
    socket.once('close', () => clearTimeout(timer));
  }).finally(() => socket.destroy());
}

/** Of the network: nobody is there, or not yet. */
const ofTheNetwork = /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/;

function failed(error: unknown): Handshake {
  const code = codeOf(error);
  // Of an error about names: those that the certificate has.
  const names = error instanceof Error && 'cert' in error ? (error.cert as { subjectaltname?: string }).subjectaltname : undefined;
  return ofTheNetwork.test(code) ? null : { kind: 'failed', code, text: names ?? (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)) };
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function refusedUs(settings: ConnectionSettings): PerfloopError {
  const shown = typeof settings.tls === 'object' && settings.tls !== null && settings.tls.clientCertPair != null;
  const paths = 'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, or client_cert_path and client_key_path in [profile.NAME.tls]';
  if (shown) return problem(settings, "the server does not take this client's certificate: it ends the connection when it has seen it", `Look with \`openssl x509 -noout -dates -issuer -in FILE\`: it must not have expired, and be of an authority that the server trusts (${paths}).`);
  return problem(settings, "the server wants a client's certificate, and none is shown", `Set both ${paths}.`);
}

function serverProblem(settings: ConnectionSettings, { code, text }: { code: string; text: string }): PerfloopError {
  const authority = 'TEMPORAL_TLS_SERVER_CA_CERT_PATH, or server_ca_cert_path in [profile.NAME.tls]';
  if (code === 'CERT_HAS_EXPIRED') return problem(settings, 'the certificate of the server has expired', "Have who runs the server renew it; or look at this machine's clock.");
  if (code === 'CERT_NOT_YET_VALID') return problem(settings, 'the certificate of the server is not valid yet', "Look at this machine's clock.");
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return problem(settings, `the certificate of the server is for another name: ${text}`, 'Connect by the name that it is for, or set TEMPORAL_TLS_SERVER_NAME (server_name in [profile.NAME.tls]) to it.');
  if (/ISSUER|SELF_SIGNED|VERIFY|UNTRUSTED/.test(code)) return problem(settings, 'the certificate of the server is of an authority that is not trusted here', `Set ${authority} to the certificate of the authority that issued it.`);
  if (/WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE/.test(code)) return problem(settings, 'the server does not speak TLS', 'Leave out TEMPORAL_TLS, TEMPORAL_TLS_* and TEMPORAL_API_KEY ([profile.NAME.tls] and api_key in the profile file), or name the port that has TLS.');
  if (/ALERT/.test(code)) return refusedUs(settings);
  if (/MISMATCH/.test(code)) return problem(settings, "the client's certificate and key do not belong together", 'Name the key that was made with that certificate in TEMPORAL_TLS_CLIENT_KEY_PATH (client_key_path).');
  return problem(settings, `TLS fails: ${text}`, 'Check the TEMPORAL_TLS_* settings, or [profile.NAME.tls] in the profile file.');
}

function problem({ address }: ConnectionSettings, message: string, fix: string): PerfloopError {
  return new PerfloopError('PL_TEMPORAL_TLS', message, { where: address, fix });
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
