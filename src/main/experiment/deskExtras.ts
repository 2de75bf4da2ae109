/**
 * What a run directory holds beside its record, and what can be made of it by the programs of the
 * command line: a replay of what was recorded, a fork in the simulator. They compute, so each is a
 * process of its own: the loop that serves a live cluster is not held up.
 *
 * Errors: LabCallError with the words of the program.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LabCallError } from '../../shared/api'
import { SCHEDULE_CHARS_MAX } from '../../shared/reenactApi'
import type { ReplayReport, ReplayedLife, RunExtras, RunFork } from '../../shared/reenactApi'
import { z } from '../../shared/zod'
import { childEntry } from '../assemble'
import { childEnvironment } from '../lab/launcher'
import { SCHEDULE_FILE } from '../lab/offlineRun'
import { INPUTS_FOLDER } from '../lab/recordingFiles'
import { RESULT_FILE } from '../lab/runDir'
import { PLAN_FILE } from '../sim/recordFailure'
import { readBounded, runDirOf, Turns } from './deskFolder'

const RESULT_BYTES_MAX = 4 * 1024 * 1024
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
/** A run of hours is replayed in minutes; what takes longer is for a terminal. */
const REPLAY_MS_MAX = 300_000
const WORDS_CHARS_MAX = 2000
/** One life with a word each is enough for a window. */
const LIVES_MAX = 500

export interface DeskExtrasPlace {
  readonly mainDir: string
  readonly runsDir: string
  /** Refuses a run that is still being recorded. */
  isGrowing(id: string): boolean
}

const state = z.enum([
  ...(['whole', 'cut', 'stopped', 'short', 'different', 'changed'] as const),
  ...(['unreadable', 'missing'] as const),
])
const whole = z.number().int().min(0)
const life = z.object({
  node: whole,
  life: whole,
  state,
  rounds: whole,
  facts: whole,
  words: z.string(),
})
const verdict = z.enum(['valid', 'violated', 'unknown'])
/** The last line of `replay --json`. */
const replayed = z.object({
  verdict,
  measures: z.object({
    rounds: whole.optional(),
    nodes: whole.optional(),
    events: whole.optional(),
  }),
  lives: z.array(life).optional(),
  words: z.string().optional(),
})
const forked = z.object({ verdict, runDir: z.string() })
/** What a command says that could not do its work. */
const refusal = z.object({ error: z.string() })
const reenacted = z.object({
  measures: z.object({ sameEnd: z.enum(['yes', 'no']), expected: z.string() }),
})

export class DeskExtras {
  private readonly turns = new Turns()
  private readonly closing = new AbortController()

  constructor(private readonly place: DeskExtrasPlace) {}

  async look(id: string): Promise<RunExtras> {
    const dir = await runDirOf(this.place.runsDir, id)
    const schedule = await readBounded(join(dir, SCHEDULE_FILE), SCHEDULE_CHARS_MAX)
    const ended = reenacted.safeParse(
      jsonOf(await readBounded(join(dir, RESULT_FILE), RESULT_BYTES_MAX)),
    )
    return {
      schedule,
      reenacted: ended.success
        ? { same: ended.data.measures.sameEnd === 'yes', expected: ended.data.measures.expected }
        : null,
      replay: replayKindOf(dir),
    }
  }

  async replay(id: string): Promise<ReplayReport> {
    const dir = await this.dirOf(id)
    if (replayKindOf(dir) === null) {
      const words = `${id} holds no recorded inputs: start the cluster with Record inputs on`
      throw new LabCallError('unavailable', words)
    }
    const said = await this.turns.take(() => this.run(['replay', dir, '--json']))
    const { verdict, measures, lives = [], words = '' } = readAnswer(replayed, said)
    const { rounds = 0, nodes = 0, events = 0 } = measures
    return {
      ...{ verdict, rounds, nodes, events },
      lives: lives.slice(0, LIVES_MAX).map(shortLife),
      words: (words || firstDifference(lives)).slice(0, WORDS_CHARS_MAX),
    }
  }

  async fork({ run, step, seed, seconds }: RunFork): Promise<string> {
    const dir = await this.dirOf(run)
    if (replayKindOf(dir) !== 'inputs') {
      const words = `${run} holds no recorded inputs to go on from`
      throw new LabCallError('unavailable', words)
    }
    const flags = ['--fork', `${step}`, '--seed', `${seed}`, '--seconds', `${seconds}`]
    const args = ['replay', dir, ...flags, '--runs', this.place.runsDir, '--json']
    const said = await this.turns.take(() => this.run(args))
    return basename(readAnswer(forked, said).runDir)
  }

  close(): void {
    this.closing.abort()
  }

  private async dirOf(id: string): Promise<string> {
    const dir = await runDirOf(this.place.runsDir, id)
    if (!this.place.isGrowing(id)) return dir
    throw new LabCallError('wrongState', `${id} is being recorded: stop its cluster first`)
  }

  /** Standard output, and standard error where there is none of it. */
  private run(args: readonly string[]): Promise<Said> {
    const entry = childEntry(this.place.mainDir, 'cli.js')
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [entry, ...args],
        {
          env: childEnvironment(),
          timeout: REPLAY_MS_MAX,
          maxBuffer: ANSWER_BYTES_MAX,
          killSignal: 'SIGKILL',
          signal: this.closing.signal,
          windowsHide: true,
        },
        (error, stdout, stderr) => {
          const isKilled = error !== null && (error.killed === true || error.name === 'AbortError')
          resolve({ stdout, stderr: isKilled ? `it was ended: ${error.message}` : stderr })
        },
      )
    })
  }
}

interface Said {
  readonly stdout: string
  readonly stderr: string
}

/** The last line; an exit code that is not 0 is a verdict, and no failure. */
function readAnswer<Out>(schema: z.ZodType<Out>, { stdout, stderr }: Said): Out {
  const last = jsonOf(stdout.trim().split('\n').at(-1) ?? null)
  const refused = refusal.safeParse(last)
  if (refused.success) throw new LabCallError('wrongState', refused.data.error)
  const parsed = schema.safeParse(last)
  if (parsed.success) return parsed.data
  const words = stderr.trim().split('\n').at(-1) ?? ''
  throw new LabCallError('internal', words || 'the program gave no answer')
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}

function replayKindOf(dir: string): RunExtras['replay'] {
  if (existsSync(join(dir, PLAN_FILE))) return 'plan'
  const inputs = join(dir, INPUTS_FOLDER)
  return existsSync(inputs) && readdirSync(inputs).length > 0 ? 'inputs' : null
}

function shortLife({ words, ...rest }: z.infer<typeof life>): ReplayedLife {
  return { ...rest, words: words.slice(0, WORDS_CHARS_MAX) }
}

function firstDifference(lives: readonly z.infer<typeof life>[]): string {
  const bad = lives.find((one) => one.state === 'different' || one.state === 'changed')
  return bad === undefined ? '' : `node ${bad.node}, life ${bad.life}: ${bad.words}`
}
