import { escapeText } from './text.ts';

const MAX_URL = 500;
const INCIDENT_ID = /^[\w-]{1,64}$/;

/** A link into the console, for `mrkdwn`; empty where there is none. */
export function consoleLink(consoleUrl: string, path: string, words: string): string {
  const base = consoleUrl.replace(/\/+$/, '');
  const text = `${base}/${path}`;
  if (base === '' || !URL.canParse(text)) return '';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return '';
  // These end the address or the link.
  const href = url.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
  return href.length > MAX_URL ? '' : `<${escapeText(href)}|${words}>`;
}

export function incidentLink(consoleUrl: string, id: string): string {
  return INCIDENT_ID.test(id) ? consoleLink(consoleUrl, `incidents/${id}`, 'Open in the console') : '';
}
