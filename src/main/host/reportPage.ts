/**
 * `/report/ID/report.html`: reports of runs and results, from the folder of runs alone. They are
 * pages by themselves: no script, nothing from outside, and links to reports below their own.
 *
 * Errors: what has no report is answered with a status and JSON words.
 */
import { open } from 'node:fs/promises'
import { LabCallError } from '../../shared/api'
import type { DeskApi } from '../../shared/deskApi'
import { REPORT_ID } from '../../shared/runIds'
import type { PageAnswer } from './pageFiles'
import { freshNonce, pageHeaders } from './pageHeaders'

export const REPORT_PATH = '/report/'
const FILE = '/report.html'
/** Reports are bounded themselves, at about 3 MB. */
const REPORT_BYTES_MAX = 16 * 1024 * 1024

/** `style-src`: their styles stand in the page. Without `script-src` the default holds: none. */
const REPORT_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What a host needs of a desk beside the calls of windows. */
export interface HostDesk extends DeskApi {
  /** Path of the report, which is written if there is none. Rejects with LabCallError. */
  reportFile(id: string): Promise<string>
  /** Trials or a re-enactment run, which end with it. */
  readonly isBusy: boolean
  /** Ends what it started. */
  close(): Promise<void>
}

export type ReportSource = Pick<HostDesk, 'reportFile'>

export function reportPath(id: string): string {
  return REPORT_PATH + id + FILE
}

/** Null: this is no path of a report. `pathname` as it came: an id needs no encoding. */
export async function answerReport(
  pathname: string,
  reports: ReportSource | null,
): Promise<PageAnswer | null> {
  if (reports === null || !pathname.startsWith(REPORT_PATH)) return null
  const isWhole = pathname.endsWith(FILE)
  const id = pathname.slice(REPORT_PATH.length, isWhole ? -FILE.length : undefined)
  if (!REPORT_ID.test(id)) return null
  // Links inside are relative to the place of the file.
  if (!isWhole) return answer(307, { location: reportPath(id) }, '')
  try {
    const body = await readBounded(await reports.reportFile(id))
    return answer(200, { 'content-type': 'text/html; charset=utf-8' }, body)
  } catch (error) {
    if (!(error instanceof LabCallError)) throw error
    const type = { 'content-type': 'application/json; charset=utf-8' }
    return answer(404, type, JSON.stringify({ words: error.message }))
  }
}

function answer(status: number, own: Record<string, string>, body: string): PageAnswer {
  const headers = {
    ...pageHeaders(freshNonce(), null),
    'content-security-policy': REPORT_POLICY,
    'cache-control': 'no-store',
    ...own,
  }
  return { status, headers, body: Uint8Array.from(Buffer.from(body)) }
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size <= REPORT_BYTES_MAX) return await file.readFile('utf8')
    throw new LabCallError('unavailable', `This report has more than ${REPORT_BYTES_MAX} bytes.`)
  } finally {
    await file.close()
  }
}
