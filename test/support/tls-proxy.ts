import { readFileSync } from 'node:fs';
import { connect, constants, createSecureServer, type ClientHttp2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates.js';

export interface TlsProxy {
  address: string;
  /** Calls that were handed on, as paths. */
  calls: string[];
  /** Common names of the certificates that clients showed. */
  clients: Set<string>;
  close(): Promise<void>;
}

export interface TlsProxyOptions {
  /** Address of the Temporal server, which speaks without TLS. */
  to: string;
  certificate: Certificate;
  /** Clients have to show a certificate of this authority. */
  clientsOf?: string;
  /** The key that each call has to bring, as Temporal Cloud wants it. */
  apiKey?: string;
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const unauthenticated = '16';

/** Ends TLS in front of a Temporal server, as a load balancer does: HTTP/2 to HTTP/2, with trailers. */
export async function tlsProxy({ to, certificate, clientsOf, apiKey }: TlsProxyOptions): Promise<TlsProxy> {
  const calls: string[] = [];
  const clients = new Set<string>();
  const server = createSecureServer({
    cert: readFileSync(certificate.cert),
    key: readFileSync(certificate.key),
    ...(clientsOf === undefined ? {} : { ca: readFileSync(clientsOf), requestCert: true, rejectUnauthorized: true }),
  });
  const open = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    const behind = connect(`http://${to}`);
    open.add(session).add(behind);
    session.on('close', () => behind.close());
    session.on('error', () => behind.destroy());
    behind.on('error', () => session.destroy());
    const name = (session.socket as unknown as { getPeerCertificate?: () => { subject?: { CN?: string } } }).getPeerCertificate?.().subject?.CN;
    if (name !== undefined) clients.add(name);
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': unauthenticated, 'grpc-message': 'Request unauthorized.' }, { endStream: true });
        return;
      }
      calls.push(headers[':path'] ?? '');
      handOn(stream, headers, behind);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    clients,
    async close() {
      for (const session of open) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function handOn(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, behind: ClientHttp2Session): void {
  const call = behind.request({ ...headers, ':scheme': 'http' });
  let trailers: IncomingHttpHeaders = {};
  call.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    const last = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, last ? { endStream: true } : { waitForTrailers: true });
  });
  call.on('trailers', (given) => (trailers = given));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('close', () => call.close(stream.rstCode));
  for (const [one, other] of [[stream, call], [call, stream]] as const) one.on('error', () => other.close(constants.NGHTTP2_CANCEL));
  stream.pipe(call).pipe(stream);
}

