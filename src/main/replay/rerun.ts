/**
 * Runs a simulated run again, from the plan in its directory, and compares every event with its
 * record: the same plan gives the same run, byte for byte, on every platform.
 *
 * Errors: FrameError with the file for a plan that is none.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabEvent } from '../../core/event'
import { runTrial } from '../../core/trial/trial'
import { Fields } from '../../shared/fields'
import { FrameError } from '../../shared/frame'
import { parseSimPlan } from '../../shared/simPlanCodec'
import { verifyRecord } from '../lab/recordFile'
import { RECORD_FILE, RESULT_FILE } from '../lab/runDir'
import { readEvents } from '../lab/textLines'
import { PLAN_FILE } from '../sim/recordFailure'

const SHOWN_CHARS_MAX = 300

export interface Rerun {
  readonly verdict: 'valid' | 'violated'
  /** Events that were equal. */
  readonly events: number
  readonly hash: string
  /** Empty when all was equal. */
  readonly words: string
}

/** True if the directory holds the plan of a simulated run. */
export function isSimulated(runDir: string): boolean {
  return existsSync(join(runDir, PLAN_FILE)) && existsSync(join(runDir, RECORD_FILE))
}

export async function rerun(runDir: string): Promise<Rerun> {
  const path = join(runDir, PLAN_FILE)
  const plan = parseSimPlan(readFileSync(path, 'utf8'), path)
  const recorded = await recordedEvents(runDir)
  const compare = new Comparison(recorded)
  const { hash } = runTrial({ plan, messages: true, onEvent: (event) => compare.take(event) })
  const words = compare.end() || hashWords(hash, recordedHash(runDir))
  if (words !== '') return { verdict: 'violated', events: compare.equal, hash, words }
  const chain = await verifyRecord(join(runDir, RECORD_FILE))
  if (chain.ok) return { verdict: 'valid', events: compare.equal, hash, words: '' }
  return { verdict: 'violated', events: compare.equal, hash, words: chain.words }
}

/** Verdicts of the judges are told behind the run. */
async function recordedEvents(runDir: string): Promise<LabEvent[]> {
  const events: LabEvent[] = []
  for await (const event of readEvents(runDir)) if (event.type !== 'violated') events.push(event)
  return events
}

class Comparison {
  equal = 0
  private words = ''

  constructor(private readonly recorded: readonly LabEvent[]) {}

  take(event: LabEvent): void {
    if (this.words !== '') return
    const wanted = this.recorded[this.equal]
    if (JSON.stringify(wanted) === JSON.stringify(event)) this.equal += 1
    else this.words = differenceWords(event.seq, shown(wanted), shown(event))
  }

  /** Why the runs are not equal; empty if they are. */
  end(): string {
    const missing = this.recorded[this.equal]
    if (this.words !== '' || missing === undefined) return this.words
    return differenceWords(missing.seq, shown(missing), shown(undefined))
  }
}

function differenceWords(step: number, recorded: string, now: string): string {
  return `first difference: event ${step}\n  recorded: ${recorded}\n  run again: ${now}`
}

function shown(event: LabEvent | undefined): string {
  return event === undefined ? 'nothing' : JSON.stringify(event).slice(0, SHOWN_CHARS_MAX)
}

function hashWords(hash: string, recorded: string | null): string {
  if (recorded === null || recorded === hash) return ''
  return `the events are equal, but the hash is ${hash}, and ${recorded} was recorded`
}

/** Null for a run that was cut short. */
function recordedHash(runDir: string): string | null {
  const path = join(runDir, RESULT_FILE)
  if (!existsSync(path)) return null
  try {
    return Fields.of(JSON.parse(readFileSync(path, 'utf8')), path)
      .at('measures')
      .text('hash', 64)
  } catch (error) {
    if (error instanceof FrameError) throw error
    throw new FrameError(`${path} is not JSON`)
  }
}
