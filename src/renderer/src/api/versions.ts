/** What this window runs on, as its user agent tells; a browser host has no Electron. */
export interface Versions {
  readonly electron: string | null
  readonly chromium: string | null
  readonly browser: string
}

export function versionsOf(userAgent: string): Versions {
  const electron = /\bElectron\/([\d.]+)/.exec(userAgent)?.[1] ?? null
  const chromium = /\b(?:Headless)?Chrom(?:e|ium)\/([\d.]+)/.exec(userAgent)?.[1] ?? null
  const firefox = /\bFirefox\/([\d.]+)/.exec(userAgent)?.[1]
  const safari = /\bVersion\/([\d.]+).*Safari\//.exec(userAgent)?.[1]
  const own = chromium === null ? null : `Chromium ${chromium}`
  const other = firefox ? `Firefox ${firefox}` : safari ? `Safari ${safari}` : 'unknown browser'
  return { electron, chromium, browser: own ?? other }
}
