/**
 * Saves the run that is shown as one file, which opens in every window like the run itself. A run
 * that goes on is saved up to now.
 *
 * Made of: the record as it lies in the directory of the run; of a simulated run or a path of the
 *          explorer, which have none, their events, chained as a recorder chains them.
 * Errors:  become toasts.
 */
import { RECORD_NAME } from '../../../shared/lessonRunApi'
import { FIRST_HASH, HASH_CHARS, printRecordLine } from '../../../shared/recordLine'
import { sha256Hex } from '../../../shared/sha256'
import { describeFailure } from '../api/failure'
import { bytes as bytesWords } from '../api/words'
import { saveFile } from '../composables/chartExport'
import type { SavedView } from '../sources/savedView'
import { useLabStore } from '../stores/lab'
import { useToastsStore } from '../stores/toasts'
import { useUiStore } from '../stores/ui'
import { flushRecord, liveRun, textsOf } from './runText'

const TITLE = 'Save the run'
const EVENTS_A_READ = 5000
const NAME_CHARS_MAX = 60
/** Larger records are not there at once: it is told that they are being read. */
const TOLD_BYTES = 16 * 1024 * 1024
/** Views that show a run; elsewhere Save means what is open there. */
const RUN_VIEWS: readonly string[] = ['lab', 'timeline', 'teach']

/** A run is in front of the person, and no file already. */
export function canSaveRun(): boolean {
  const lab = useLabStore()
  if (!RUN_VIEWS.includes(useUiStore().view)) return false
  const { saved } = lab
  if (saved === null) return lab.connected && liveRun() !== null
  if (saved.run !== undefined) return lab.connected
  return saved.kind !== 'saved'
}

/** Why there is no run to save; null: there is one, or a view is open that shows none. */
export function noRunWords(): string | null {
  const lab = useLabStore()
  if (!RUN_VIEWS.includes(useUiStore().view) || canSaveRun()) return null
  if (!lab.connected && (lab.saved === null || lab.saved.run !== undefined)) {
    return 'The host that keeps the record is not connected.'
  }
  if (lab.saved !== null) return 'This run was opened from a file.'
  return 'No run is shown: start a cluster or open a run.'
}

/** A large record takes its time: one is saved at a time. */
let isSaving = false

export async function saveRun(): Promise<void> {
  if (isSaving) return
  isSaving = true
  try {
    await save()
  } finally {
    isSaving = false
  }
}

async function save(): Promise<void> {
  const toasts = useToastsStore()
  const { saved, status } = useLabStore()
  const run = saved === null ? liveRun() : saved.run
  try {
    const parts = run == null ? await printed(saved) : await copied(run)
    const file = new Blob(parts, { type: 'application/x-ndjson' })
    const title = run?.split('/').at(-1) ?? nameOf(saved?.title ?? 'run')
    const name = `${title}.events.ndjson`
    saveFile(name, file)
    const upTo = saved === null && status.state !== 'idle' ? ': the run so far' : ''
    toasts.show({ title: 'The run was saved', why: `${name}, ${bytesWords(file.size)}${upTo}.` })
  } catch (error) {
    const { words: why, details } = describeFailure(error)
    toasts.show({ level: 'error', title: TITLE, why, details })
  }
}

async function copied(run: string): Promise<Blob[]> {
  await flushRecord()
  const { recordBytes } = await useLabStore().askHost((call) => call.lessonRun(run))
  if (recordBytes > TOLD_BYTES) {
    useToastsStore().show({ title: TITLE, why: `${bytesWords(recordBytes)} are being read.` })
  }
  // As blobs: the browser may keep those on disk.
  const parts: Blob[] = []
  for await (const text of textsOf(run, RECORD_NAME, recordBytes)) parts.push(new Blob([text]))
  return parts
}

async function printed(view: SavedView | null): Promise<string[]> {
  if (view === null) throw new Error('No run is shown.')
  const parts: string[] = []
  const last = view.events.at(-1)?.seq ?? 0
  let prev = FIRST_HASH
  for (let from = 1; from <= Math.max(last, view.status.events); from += EVENTS_A_READ) {
    for (const event of await view.read(from, from + EVENTS_A_READ - 1)) {
      const line = printRecordLine(event, prev)
      prev = sha256Hex(line).slice(0, HASH_CHARS)
      parts.push(`${line}\n`)
    }
  }
  if (parts.length === 0) throw new Error('It has no events.')
  return parts
}

function nameOf(title: string): string {
  const name = title.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, NAME_CHARS_MAX)
  return name.replace(/^-+|-+$/g, '') || 'run'
}
