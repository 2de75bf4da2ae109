/**
 * Storm: plays a drawn schedule of faults on the running cluster (safety phase), then heals all and
 * looks whether the cluster gets going (liveness phase, `stormCalm.ts`).
 *
 * Same seed, same acts: what is played is kept in `storm.json` of the run, with what each act made.
 * When an act comes depends on the machine by ms; whom "leader" means, on the run.
 *
 * Bounds: ACTS_KEPT_MAX acts stand in `storm.json`; later ones follow from the seed.
 * Errors: LabCallError `wrongState` while another storm blows, `directMode` for faults of links
 *         where there is no switchboard.
 */
import { join } from 'node:path'
import { drawStorm } from '../../core/storm/drawStorm'
import { familyWords, LINK_FAMILIES } from '../../core/storm/storm'
import type {
  StormAct,
  StormEnd,
  StormOptions,
  StormPhase,
  StormView,
} from '../../core/storm/storm'
import { LabCallError } from '../../shared/api'
import { FAILPOINTS } from '../../shared/failpoints'
import type { LabClock } from './clock'
import { writeJson } from './runDir'
import type { StormStruck } from './stormStrikes'
import { StormStrikes } from './stormStrikes'
import { calmDown } from './stormCalm'
import type { CalmHost } from './stormCalm'

export const STORM_FILE = 'storm.json'
const ACTS_KEPT_MAX = 20_000
const REVIVE_MS = 500
const WRITE_MS = 5000

export interface StormHost extends CalmHost {
  readonly runDir: string
  readonly clock: LabClock
  /** Rates of clocks may differ by this share; null: nothing relies on them. */
  readonly driftBound: number | null
  readonly isDirect: boolean
  note(level: 'info' | 'warn' | 'error', words: string): void
  changed(): void
}

type KeptAct = StormAct & Partial<StormStruck>

export class Storm {
  private play: Play | null = null

  constructor(private readonly host: StormHost) {}

  get isBlowing(): boolean {
    return this.play !== null && this.play.phase !== 'over'
  }

  start(options: StormOptions): void {
    if (this.isBlowing) throw new LabCallError('wrongState', 'a storm blows already')
    if (options.families.length === 0) {
      throw new LabCallError('badArgument', 'a storm needs a family of faults')
    }
    const links = options.families.filter((family) => LINK_FAMILIES.includes(family))
    if (this.host.isDirect && links.length > 0) {
      const words = `direct mode: there is no switchboard for ${links.join(', ')}`
      throw new LabCallError('directMode', words)
    }
    this.play = new Play(this.host, options)
    this.play.begin()
  }

  /** Ends the safety phase if it lasts; answers what the liveness phase found. */
  async stop(): Promise<StormEnd> {
    if (this.play === null) throw new LabCallError('wrongState', 'no storm blows')
    return await this.play.stop()
  }

  view(): StormView | null {
    return this.play?.view() ?? null
  }

  /** The cluster is going away: nothing is healed, nothing is looked at. */
  async close(): Promise<void> {
    await this.play?.close()
  }
}

class Play {
  phase: StormPhase = 'safety'
  private readonly acts: Iterator<StormAct, unknown>
  private readonly kept: KeptAct[] = []
  private actsLeftOut = 0
  private readonly strikes: StormStrikes
  private readonly abort = new AbortController()
  private readonly startedAtMs: number
  private readonly beganMs = performance.now()
  private readonly underWay = new Set<Promise<void>>()
  private timer: NodeJS.Timeout | null = null
  private isReviving = false
  private readonly revival: NodeJS.Timeout
  private readonly writes: NodeJS.Timeout
  private readonly limit: NodeJS.Timeout | null
  private ended: StormEnd | null = null
  private ending: Promise<StormEnd> | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly host: StormHost,
    private readonly options: StormOptions,
  ) {
    const { cluster, driftBound } = host
    const members = cluster.members.flatMap(({ node, reserved }) => (reserved ? [] : [node]))
    const failpoints = FAILPOINTS.map(({ name }) => name)
    this.acts = drawStorm(options, { members, driftBound, failpoints })
    this.strikes = new StormStrikes(cluster, host.nodes)
    this.startedAtMs = host.clock.now()
    this.revival = setInterval(() => this.revive(), REVIVE_MS)
    this.writes = setInterval(() => this.write(), WRITE_MS)
    const { forMs } = options
    this.limit = forMs === null ? null : setTimeout(() => void this.stop(), forMs)
  }

  begin(): void {
    const { seed, families, intensity } = this.options
    const words = `storm: seed ${seed}, ${familyWords(families)}, intensity ${intensity}`
    this.host.note('info', words)
    this.write()
    this.next()
  }

  view(): StormView {
    const { started, missed } = this.strikes
    const { startedAtMs, phase, ended: end } = this
    return { ...this.options, phase, startedAtMs, started, missed, end }
  }

  stop(): Promise<StormEnd> {
    this.ending ??= this.endOnce()
    return this.ending
  }

  async close(): Promise<void> {
    this.abort.abort()
    await this.stop()
  }

  private next(): void {
    const drawn = this.acts.next()
    if (drawn.done === true) return
    const act = drawn.value
    const waitMs = Math.max(0, this.beganMs + act.atMs - performance.now())
    this.timer = setTimeout(() => void this.carryOut(act), waitMs)
  }

  /** Starts are awaited, so that they come in order; ends (a restart takes a while) are not. */
  private async carryOut(act: StormAct): Promise<void> {
    if (act.act === 'start') {
      const starting = this.begun(act)
      this.track(starting)
      await starting
    } else {
      this.keep(act)
      this.track(this.strikes.end(act))
    }
    this.host.changed()
    if (this.ending === null) this.next()
  }

  private async begun(act: Extract<StormAct, { act: 'start' }>): Promise<void> {
    const struck = await this.strikes.start(act)
    this.keep({ ...act, ...struck })
  }

  private keep(act: KeptAct): void {
    if (this.kept.length < ACTS_KEPT_MAX) this.kept.push(act)
    else this.actsLeftOut += 1
  }

  private revive(): void {
    if (this.isReviving) return
    this.isReviving = true
    this.track(
      this.strikes.revive().finally(() => {
        this.isReviving = false
      }),
    )
  }

  private track(work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => this.host.note('error', `storm: ${String(error)}`))
      .finally(() => this.underWay.delete(done))
    this.underWay.add(done)
  }

  private async endOnce(): Promise<StormEnd> {
    if (this.timer !== null) clearTimeout(this.timer)
    if (this.limit !== null) clearTimeout(this.limit)
    clearInterval(this.revival)
    clearInterval(this.writes)
    // Aborted: the cluster is stopping, and takes with it whatever is under way.
    if (!this.abort.signal.aborted) await Promise.all(this.underWay)
    this.phase = 'liveness'
    this.host.changed()
    const end = await calmDown(this.host, this.abort.signal)
    this.ended = end
    this.phase = 'over'
    if (!this.abort.signal.aborted) {
      this.host.note(end.converged ? 'info' : 'error', `storm over: ${end.words}`)
    }
    this.write()
    await this.writing
    this.host.changed()
    return end
  }

  private write(): void {
    const { seed, families, intensity, forMs } = this.options
    const { started, missed } = this.strikes
    const content = {
      ...{ version: 1, seed, families, intensity, forMs, started, missed },
      ...{ end: this.ended, actsLeftOut: this.actsLeftOut, acts: this.kept },
    }
    const path = join(this.host.runDir, STORM_FILE)
    this.writing = this.writing
      .then(() => writeJson(path, content))
      .catch((error: unknown) => {
        this.host.note('warn', `${STORM_FILE} cannot be written: ${String(error)}`)
      })
  }
}
