/** Host of a URL, for narrow columns; the text itself where it is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** `crm.atlas.example/hooks`: a URL as people name it. */
export function urlWithoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
