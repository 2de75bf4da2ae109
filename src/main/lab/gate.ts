/**
 * The lab's end of the gate: asks it, and tells what happens there as events.
 *
 * Errors: LabCallError: `directMode` without a switchboard, `badArgument` for frames that do not
 *         wait, `timedOut` for a wait that found too few.
 */
import type { LabFact } from '../../core/event'
import type { FrameMatch, Link } from '../../core/fault'
import { LabCallError } from '../../shared/api'
import type {
  GateAct,
  GateAnswer,
  GateCall,
  GatePlace,
  GateSelect,
  GateView,
  LinkCount,
} from '../../shared/gate'
import { roundMs } from './clock'
import type { LabClock } from './clock'

interface GateKeeper {
  gate(body: GateCall, waitMs?: number): Promise<GateAnswer>
}

export interface GateListener {
  onActs(acts: readonly GateAct[], skipped: number): void
  /** The switchboard is a new process: what waited is gone, and ids begin anew. */
  onEmptied(): void
}

export class Gate {
  private readonly listeners = new Set<GateListener>()

  constructor(
    private readonly clock: LabClock,
    private readonly tell: (fact: LabFact) => void,
    /** Null in direct mode. */
    private readonly keeper: GateKeeper | null,
  ) {}

  async list(match: FrameMatch): Promise<GateView> {
    return this.view(await this.ask({ action: 'list', match }))
  }

  /** Links with a connection up to the receiver, as the switchboard sees it now. */
  async openLinks(): Promise<readonly Link[]> {
    return (await this.ask({ action: 'links' })).open ?? []
  }

  async inspect(id: number): Promise<string> {
    return (await this.ask({ action: 'inspect', id })).text ?? ''
  }

  async letGo(action: 'release' | 'drop' | 'duplicate', select: GateSelect): Promise<GateView> {
    return this.view(await this.ask({ action, select }))
  }

  /** Answers the frame that was moved. */
  async move(id: number, place: GatePlace, other: number): Promise<GateView> {
    return this.view(await this.ask({ action: 'move', id, place, other }))
  }

  /** Frames that came over each open connection; those that were held are in the record then. */
  async cameOver(): Promise<readonly LinkCount[]> {
    return (await this.ask({ action: 'links' })).came ?? []
  }

  async wait(match: FrameMatch, count: number, timeoutMs: number): Promise<GateView> {
    const answer = await this.ask({ action: 'wait', match, count, timeoutMs }, timeoutMs)
    if (!answer.isLate) return this.view(answer)
    const words = `${answer.total} of ${count} frames waited at the gate after ${timeoutMs} ms`
    throw new LabCallError('timedOut', words)
  }

  /** Answers how to stop listening. */
  listen(listener: GateListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** What the switchboard reports, in order. */
  report(acts: readonly GateAct[], skipped: number): void {
    if (skipped > 0) {
      const words = `${skipped} acts at the gate were not told: the lab was too slow`
      this.tell({ type: 'labNote', level: 'warn', words })
    }
    for (const act of acts) this.tell(toFact(act))
    for (const listener of [...this.listeners]) listener.onActs(acts, skipped)
  }

  emptied(): void {
    for (const listener of [...this.listeners]) listener.onEmptied()
  }

  private async ask(body: GateCall, waitMs = 0): Promise<GateAnswer> {
    if (this.keeper !== null) return await this.keeper.gate(body, waitMs)
    const words = 'direct mode: nodes dial each other, there is no gate between them'
    throw new LabCallError('directMode', words)
  }

  private view({ frames, total }: GateAnswer): GateView {
    const nowMs = this.clock.now()
    const held = frames.map(({ heldMs, ...frame }) => ({
      ...frame,
      heldAtMs: roundMs(Math.max(0, nowMs - heldMs)),
    }))
    return { frames: held, total }
  }
}

function toFact(act: GateAct): LabFact {
  const { frame } = act
  switch (act.act) {
    case 'held':
      return { type: 'frameHeld', frame }
    case 'released':
      return { type: 'frameReleased', frame, how: act.how }
    case 'dropped':
      return { type: 'frameDropped', frame, how: act.how }
    case 'moved':
      return { type: 'frameMoved', frame, before: act.before }
  }
}
