/** Headers of everything that a host serves to a page (E5), the same in both hosts. */
import { randomBytes } from 'node:crypto'

/** Stands in `index.html`; each response carries its own nonce instead. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__'

export function freshNonce(): string {
  return randomBytes(16).toString('base64')
}

/** `socketOrigin`: where the page may open a WebSocket, `ws://127.0.0.1:PORT`; null in Electron. */
export function contentSecurityPolicy(nonce: string, socketOrigin: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${socketOrigin === null ? '' : ` ${socketOrigin}`}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')
}

export function pageHeaders(nonce: string, socketOrigin: string | null): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(nonce, socketOrigin),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
}
