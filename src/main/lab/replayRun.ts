/**
 * Replays all recorded inputs of a run directory: every node, every life. What the record says of
 * lives and their ends is held against the files, so that nothing is missing unseen.
 *
 * Errors: RecordingError stays with the life it is about; the record's own errors are thrown.
 */
import { differenceWords, Replayer } from '../../core/check/replay/replay'
import type { Difference, RoundWatcher } from '../../core/check/replay/replay'
import type { RecordingEnd, RecordingHead } from '../../core/check/replay/recording'
import type { LabEvent } from '../../core/event'
import { listRecordings, readRecording, RecordingError, sha256 } from './recordingFiles'
import type { RecordingFile } from './recordingFiles'
import { readEvents } from './textLines'

/**
 * `whole`: to the orderly end; `cut`: the process was killed, all that was written is equal;
 * `short`: the same, but the record tells of much more than the recording;
 * `stopped`: the recording says why it goes no further.
 */
type LifeState =
  'whole' | 'cut' | 'stopped' | 'short' | 'different' | 'changed' | 'unreadable' | 'missing'

/** A killed process loses what it had not written: moments. More than this is another matter. */
const LOST_MS_MAX = 500
/** Told without a round: a node that nobody asks anything hears of its peers all the same. */
const OF_CONNECTIONS: ReadonlySet<LabEvent['type']> = new Set([
  'peerConnected',
  'peerLost',
  'connectionRefused',
] as const)

export interface LifeReplay {
  readonly node: number
  readonly life: number
  readonly state: LifeState
  /** Rounds that were replayed and equal. */
  readonly rounds: number
  /** Facts of this life that the node had told by the last of them. */
  readonly facts: number
  /** Empty for a life that was replayed whole. */
  readonly words: string
  readonly difference: Difference | null
}

export interface RunReplay {
  readonly verdict: 'valid' | 'violated' | 'unknown'
  readonly rounds: number
  readonly nodes: number
  readonly lives: readonly LifeReplay[]
}

/** A life as the record tells of it. */
interface ToldLife {
  readonly node: number
  readonly life: number
  /** How its process ended; null: the record does not say. */
  readonly code: number | null
}

/** Called for each life before its first round; answers who watches its rounds. */
type LifeWatcher = (head: RecordingHead) => RoundWatcher

export async function replayRun(runDir: string, watch?: LifeWatcher): Promise<RunReplay> {
  const files = await listRecordings(runDir)
  const told = await toldLives(runDir)
  const lives: LifeReplay[] = []
  for (const file of files) {
    const life = told.find((one) => one.node === file.node && one.life === file.life)
    lives.push(await replayLife(file, life?.code === 0, watch))
  }
  for (const { node, life } of told) {
    if (files.some((file) => file.node === node && file.life === life)) continue
    const words = `life ${life} of node ${node} has no recording`
    lives.push({ node, life, state: 'missing', rounds: 0, facts: 0, words, difference: null })
  }
  await markShort(runDir, lives)
  const rounds = lives.reduce((sum, life) => sum + life.rounds, 0)
  const nodes = new Set(files.map(({ node }) => node)).size
  return { verdict: verdictOf(lives, rounds), rounds, nodes, lives }
}

/** `isOrderly`: its process ended with code 0, so that nothing may be missing at the end. */
async function replayLife(
  file: RecordingFile,
  isOrderly: boolean,
  watch?: LifeWatcher,
): Promise<LifeReplay> {
  const { node, life } = file
  let replayer: Replayer | null = null
  let end: RecordingEnd | null = null
  let facts = 0
  const answer = (state: LifeState, words: string, difference: Difference | null = null) => {
    return { node, life, state, words, difference, rounds: replayer?.rounds ?? 0, facts }
  }
  try {
    for await (const line of readRecording(file)) {
      let difference: Difference | null = null
      if (line.kind === 'head') replayer = new Replayer(line.head, sha256, watch?.(line.head))
      else if (line.kind === 'snapshot') {
        difference = replayer?.recoverSnapshot(line.snapshot) ?? null
      } else if (line.kind === 'records') {
        for (const record of line.records) difference ??= replayer?.recoverRecord(record) ?? null
      } else if (line.kind === 'round') {
        difference = replayer?.round(line.round) ?? null
        facts = line.round.facts
      } else end = line.end
      if (difference !== null) return answer('different', differenceWords(difference), difference)
    }
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error
    return answer(error.what, error.message)
  }
  if (replayer === null) return answer('missing', `${file.path} is empty: nothing was recorded`)
  if (end !== null) return end.why === 'closed' ? answer('whole', '') : answer('stopped', end.words)
  if (!isOrderly) return answer('cut', 'the process ended before all was written')
  const words = `${file.path}: the end is missing, though the node ended in order`
  return answer('changed', words)
}

function verdictOf(lives: readonly LifeReplay[], rounds: number): RunReplay['verdict'] {
  const states = new Set(lives.map(({ state }) => state))
  if (states.has('different') || states.has('changed')) return 'violated'
  const isHollow = states.has('unreadable') || states.has('missing') || states.has('short')
  return rounds === 0 || isHollow ? 'unknown' : 'valid'
}

/** Holds the end of each cut recording against what the record tells of that life. */
async function markShort(runDir: string, lives: LifeReplay[]): Promise<void> {
  const missing = new Map<
    LifeReplay,
    { readonly sinceMs: number; untilMs: number; facts: number }
  >()
  for await (const event of readEvents(runDir, (text) => text.includes('"nodeSeq"'))) {
    if (event.by === 'lab' || OF_CONNECTIONS.has(event.type)) continue
    const { by, life, nodeSeq, atMs } = event
    const own = lives.find((one) => one.state === 'cut' && one.node === by && one.life === life)
    if (own === undefined || nodeSeq <= own.facts) continue
    const gap = missing.get(own) ?? { sinceMs: atMs, untilMs: atMs, facts: 0 }
    gap.untilMs = atMs
    gap.facts += 1
    missing.set(own, gap)
  }
  for (const [own, { sinceMs, untilMs, facts }] of missing) {
    const lostMs = Math.round(untilMs - sinceMs)
    if (lostMs <= LOST_MS_MAX) continue
    const words = `the recording ends ${lostMs} ms and ${facts} facts before the record of the run`
    lives[lives.indexOf(own)] = { ...own, state: 'short', words }
  }
}

/** Lives that the record of the run names; none without a record. */
async function toldLives(runDir: string): Promise<ToldLife[]> {
  const lives: ToldLife[] = []
  const wants = (text: string) => text.includes('"nodeReady"') || text.includes('"nodeExited"')
  for await (const event of readEvents(runDir, wants)) {
    if (event.type === 'nodeReady') lives.push({ node: event.node, life: event.life, code: null })
    else if (event.type === 'nodeExited') {
      const at = lives.findLastIndex(({ node }) => node === event.node)
      const life = lives[at]
      if (life !== undefined) lives[at] = { ...life, code: event.code }
    }
  }
  return lives
}
