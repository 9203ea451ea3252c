import { registerEnumType } from 'type-graphql';

export const ActorKind = {
  MEMBER: 'member',
  HOOK: 'hook',
  API_TOKEN: 'api_token',
  PLATFORM_ADMINISTRATOR: 'platform_administrator',
  VISITOR: 'visitor',
  SYSTEM: 'system',
  RULE: 'rule',
} as const;

registerEnumType(ActorKind, {
  name: 'ActorKind',
  description: 'Who did something.',
  valuesConfig: {
    MEMBER: { description: 'A person in the workspace.' },
    HOOK: { description: "A hook's answer." },
    API_TOKEN: { description: 'An API token.' },
    PLATFORM_ADMINISTRATOR: { description: 'A platform administrator.' },
    VISITOR: { description: 'A visitor or the sender of an email.' },
    SYSTEM: { description: 'Carillon by itself.' },
    RULE: { description: 'A notification rule or ticket automation.' },
  },
});

export const CircuitState = {
  CLOSED: 'closed',
  OPEN: 'open',
  HALF_OPEN: 'half_open',
} as const;

registerEnumType(CircuitState, {
  name: 'CircuitState',
  description: 'Whether calls to a remote system go out. Of endpoints, SMS gateways and hooks.',
  valuesConfig: {
    CLOSED: { description: 'Calls go out.' },
    OPEN: { description: 'Too many faults: nothing goes out for a while; no attempts are used up.' },
    HALF_OPEN: { description: 'One probe is out to see whether it is well again.' },
  },
});

export const ErrorClass = {
  TIMEOUT: 'timeout',
  HTTP_OTHER: 'http_other',
  DNS: 'dns',
  BLOCKED_ADDRESS: 'blocked_address',
  CONNECT: 'connect',
  SCRIPT: 'script',
  TLS: 'tls',
  KEY_UNAVAILABLE: 'key_unavailable',
  RESET: 'reset',
  WORKER_LOST: 'worker_lost',
  REDIRECT: 'redirect',
  EXPIRED: 'expired',
  GONE: 'gone',
  INTERNAL: 'internal',
  HTTP_4XX: 'http_4xx',
  INVALID_ANSWER: 'invalid_answer',
  HTTP_5XX: 'http_5xx',
} as const;

registerEnumType(ErrorClass, {
  name: 'ErrorClass',
  description: 'What went wrong with an HTTP request. Never tells an internal address.',
  valuesConfig: {
    TIMEOUT: { description: 'A deadline passed: connect 3 s, headers 10 s, or the whole.' },
    HTTP_OTHER: { description: 'Any other status.' },
    DNS: { description: 'The name could not be resolved.' },
    BLOCKED_ADDRESS: { description: 'The address is not one Carillon may call.' },
    CONNECT: { description: 'The connection was refused or unreachable.' },
    SCRIPT: { description: 'The script threw, ran over 250 ms or over 64 MB.' },
    TLS: { description: 'The TLS handshake or certificate failed.' },
    KEY_UNAVAILABLE: { description: 'An encryption key is missing.' },
    RESET: { description: 'The connection broke off.' },
    WORKER_LOST: { description: 'The worker died while sending: outcome unknown; sent again.' },
    REDIRECT: { description: 'A 3xx answer; redirects are not followed.' },
    EXPIRED: { description: 'It waited for 30 days.' },
    GONE: { description: '410: the endpoint is disabled.' },
    INTERNAL: { description: 'A fault of Carillon.' },
    HTTP_4XX: { description: 'Another 4xx answer.' },
    INVALID_ANSWER: { description: "A hook's answer was not of its kind's format." },
    HTTP_5XX: { description: 'A 5xx answer.' },
  },
});

export const ChangeKind = {
  CREATED: 'CREATED',
  UPDATED: 'UPDATED',
  DELETED: 'DELETED',
} as const;

registerEnumType(ChangeKind, {
  name: 'ChangeKind',
  description: 'What happened to an entity in a feed.',
  valuesConfig: {
    CREATED: { description: 'It was made.' },
    UPDATED: { description: 'It changed.' },
    DELETED: { description: 'It is gone; the entity is null.' },
  },
});

export const DeliveryTargets = {
  PUBLIC: 'public',
  LOCAL: 'local',
  ANY: 'any',
} as const;

registerEnumType(DeliveryTargets, {
  name: 'DeliveryTargets',
  description: 'Where deliveries and hooks may go: `DELIVERY_TARGETS`.',
  valuesConfig: {
    PUBLIC: { description: 'HTTPS and public addresses.' },
    LOCAL: { description: 'Also `http:` on loopback, `localhost` and RFC 1918 hosts. Show a banner.' },
    ANY: { description: 'Anywhere; tests only. Show a banner.' },
  },
});
