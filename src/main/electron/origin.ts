/** Where the window's page comes from. Parsed origins are compared, never the start of a text. */

export const SCHEME = 'app'
export const APP_HOST = 'lab'
export const APP_ORIGIN = `${SCHEME}://${APP_HOST}`
export const APP_URL = `${APP_ORIGIN}/`

/** Scheme, host and port; `URL.origin` is "null" for schemes of our own. Null if it is no URL. */
export function originOf(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, host, username, password } = new URL(url)
  return username === '' && password === '' ? `${protocol}//${host}` : null
}

/** In development the page comes from electron-vite's server; a packaged app ignores that. */
export function pageUrl(isPackaged: boolean, env: NodeJS.ProcessEnv): string {
  const devUrl = env['ELECTRON_RENDERER_URL']
  return !isPackaged && devUrl !== undefined ? devUrl : APP_URL
}
