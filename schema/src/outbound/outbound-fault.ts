/** Why a request got no answer. */
export type FaultClass = 'timeout' | 'dns' | 'connect' | 'tls' | 'reset' | 'blocked_address' | 'internal';

/**
 * A fault on the way to an answer. The message is for the tenant: it never holds an address, nor what an operating
 * system or a resolver said.
 */
export class OutboundFault extends Error {
  override readonly name = 'OutboundFault';
  // undici retries a connection for ever when its error carries one of its own codes; this one it hands through.
  readonly code = 'CARILLON_OUTBOUND';

  constructor(
    readonly errorClass: FaultClass,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
