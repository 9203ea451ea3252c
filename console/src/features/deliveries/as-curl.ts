import type { Delivery } from './timeline-view.js';

/** A text as one shell word. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The delivery as a shell script around cURL, signed as Carillon signs: with the endpoint's secret, which nobody but its
 * owner has, put in at the top. Custom headers stand there without their hidden values. Null once the body is redacted.
 */
export function asCurl(delivery: Delivery): string | null {
  const last = delivery.attempts.at(-1);
  const url = last?.url ?? delivery.endpoint?.url;
  if (delivery.requestBody == null || url === undefined) return null;
  const own = [
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'x-enafeedback-signature',
    'content-length',
    'host',
  ];
  const headers = (last?.requestHeaders ?? [{ name: 'content-type', value: 'application/json' }]).filter(
    (header) => !own.includes(header.name.toLowerCase()),
  );
  const lines = [
    `SECRET='whs_…'   # the secret of this endpoint`,
    `BODY=${quoted(delivery.requestBody)}`,
    `ID=${quoted(delivery.event?.id ?? '')}; AT=$(date +%s)`,
    `HEX=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/^.* //')`,
    `B64=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)`,
    `curl -i -X POST ${quoted(url)} \\`,
    ...headers.map((header) => `  -H ${quoted(`${header.name}: ${header.value}`)} \\`),
    `  -H "x-enafeedback-signature: sha256=$HEX" \\`,
    `  -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$B64" \\`,
    `  --data-raw "$BODY"`,
  ];
  return lines.join('\n');
}
