/** What went wrong, for people. Never an internal address. */
const MESSAGES: Readonly<Record<string, string>> = {
  timeout: 'No answer within the deadline.',
  dns: 'The host name could not be resolved.',
  connect: 'The connection was refused or the host is unreachable.',
  tls: 'The TLS handshake or the certificate failed.',
  reset: 'The connection broke off before an answer came.',
  redirect: 'The endpoint answered with a redirect; redirects are not followed.',
  gone: 'The endpoint answered 410 Gone.',
  http_4xx: 'The endpoint refused the request.',
  http_5xx: 'The endpoint reported a fault of its own.',
  http_other: 'The endpoint answered with an unexpected status.',
  blocked_address: 'The host leads to an address that webhooks may not call.',
  script: "The endpoint's script failed.",
  key_unavailable: 'An encryption key is missing; the operator must supply it.',
  worker_lost: 'The worker died while sending: the outcome is unknown, so it is sent again.',
  expired: 'It waited for 30 days.',
  internal: 'A fault of Carillon.',
};

export function errorMessage(errorClass: string): string {
  return MESSAGES[errorClass] ?? errorClass;
}
