/**
 * `app://lab/`: the built window, by exact name from a list made at the start (E4), with the
 * headers of E5, and reports with theirs. The window has no `file://` anywhere.
 */
import type { Protocol } from 'electron'
import type { PageFiles } from '../host/pageFiles'
import { freshNonce, pageHeaders } from '../host/pageHeaders'
import { answerReport } from '../host/reportPage'
import type { ReportSource } from '../host/reportPage'
import { APP_HOST, SCHEME } from './origin'

/** Must be called before the app is ready. */
export function registerScheme(protocol: Protocol): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true }
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
}

export function serveApp(protocol: Protocol, files: PageFiles, reports: ReportSource | null): void {
  protocol.handle(SCHEME, (request) => answerApp(request, files, reports))
}

export async function answerApp(
  request: Pick<Request, 'url' | 'method'>,
  files: PageFiles,
  reports: ReportSource | null,
): Promise<Response> {
  const url = URL.canParse(request.url) ? new URL(request.url) : null
  if (url === null || url.host !== APP_HOST) return refuse(404)
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405)
  const found =
    (await answerReport(url.pathname, reports)) ?? (await files.answer(url.pathname, null))
  if (found === null) return refuse(404)
  const { status, headers } = found
  return new Response(request.method === 'HEAD' ? null : found.body, { status, headers })
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: pageHeaders(freshNonce(), null) })
}
