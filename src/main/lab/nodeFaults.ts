/**
 * Faults inside nodes: disks, clocks, slowness, failpoints. Each is told to the node by a control
 * call, and again by its start-up file as long as it holds.
 *
 * Struck: a fault that ended its node. What strikes once (a failing write or flush, a torn tail, a
 *         crash or error at a failpoint) is over with the next start; a full disk stays full. Its
 *         event ends with the restart, so that the picture says until then why the node is down.
 * Errors: LabCallError; the node's own words where it refuses, such as an unknown failpoint.
 */
import type {
  ActiveFault,
  Fault,
  FailpointArm,
  NodeFault,
  SlowSetting,
  StorageFault,
} from '../../core/fault'
import type { ClusterOptions } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import { startClockOf } from '../../shared/clusterOptions'
import type { ClockSetting, NodeCall } from '../../shared/control'
import { checkCall } from './checkCall'
import type { ChildEnd } from './child'
import type { FaultBook } from './faultBook'
import type { Member } from './member'

/** As `main/node/exitCodes.ts` has it. */
const STORAGE_EXIT = 3
/** Words of every error that a planted fault makes. */
const PLANTED = 'planted'

interface Held {
  readonly fault: NodeFault
  struck: boolean
}

interface NodeStart {
  readonly clock: ClockSetting
  readonly slow: SlowSetting | null
  readonly storageFaults: readonly StorageFault[]
  readonly failpoints: readonly FailpointArm[]
}

export class NodeFaults {
  /** From before the node is told until the end; by id, oldest first. */
  private readonly held = new Map<string, Held>()
  /** Ended while their node was speechless: they may have struck it just before. */
  private readonly ending = new Set<NodeFault>()

  constructor(
    private readonly book: FaultBook,
    private readonly options: ClusterOptions,
    private readonly memberOf: (node: number) => Member,
  ) {}

  /** Answers the id of the fault, which holds when this resolves; its like is replaced. */
  async start(fault: NodeFault): Promise<string> {
    const member = this.memberOf(fault.node)
    if (member.state === 'starting') {
      throw new LabCallError('wrongState', `node ${fault.node} is starting: try again`)
    }
    const replaced = [...this.held].filter(([, old]) => isLike(old.fault, fault))
    const id = this.book.nextId()
    for (const [old] of replaced) this.held.delete(old)
    this.held.set(id, { fault, struck: false })
    try {
      await this.tell(member, fault)
    } catch (error) {
      this.held.delete(id)
      for (const [old, was] of replaced) this.held.set(old, was)
      this.book.abandon(id)
      throw error
    }
    this.book.start(id, fault)
    for (const [old] of replaced) this.book.end(old)
    return id
  }

  async end({ id, fault }: ActiveFault & { readonly fault: NodeFault }): Promise<void> {
    const member = this.memberOf(fault.node)
    this.held.delete(id)
    this.book.end(id)
    this.ending.add(fault)
    try {
      await this.tell(member, fault)
    } catch (error) {
      // Its process has just ended: there is nobody to tell, and its next life begins without it.
      if (member.connected || !(error instanceof LabCallError)) throw error
    }
    if (member.answers && member.connected) this.ending.delete(fault)
  }

  /** Ends of all of them; one that fails keeps none of the others. */
  async endAll(): Promise<PromiseSettledResult<void>[]> {
    return await Promise.allSettled(
      this.book.active().map(async (active) => {
        if (isNodeFault(active.fault)) await this.end({ ...active, fault: active.fault })
      }),
    )
  }

  /** What the start-up file of `node` says now. */
  startOf(node: number): NodeStart {
    const open = this.ofNode(node).filter(({ fault, struck }) => !struck || !strikesOnce(fault))
    return {
      clock: this.clockOf(node),
      slow: this.slowOf(node),
      storageFaults: open.flatMap(({ fault, struck }) =>
        isStorageFault(fault) ? [struck ? filled(fault) : fault] : [],
      ),
      failpoints: open.flatMap(({ fault }) => (fault.kind === 'failpoint' ? [fault.arm] : [])),
    }
  }

  /** `node` is back: what struck once is over. */
  restarted(node: number): void {
    for (const fault of this.ending) {
      if (fault.node !== node) continue
      this.ending.delete(fault)
      // It ended while the node was starting with it: only now can the node be told.
      void this.tell(this.memberOf(node), fault).catch(() => {})
    }
    for (const [id, { fault, struck }] of this.held) {
      if (fault.node !== node || !struck || !strikesOnce(fault)) continue
      this.held.delete(id)
      this.book.end(id)
    }
  }

  /** True if an injected fault explains this end that nobody asked for; it is struck then. */
  struck(node: number, end: ChildEnd): boolean {
    const held = this.ofNode(node).find(({ fault }) => explains(fault, end))
    if (held !== undefined) held.struck = true
    const late = [...this.ending].some((fault) => fault.node === node && explains(fault, end))
    // A disk that failed says so itself, also when its fault was ended before the node had.
    return held !== undefined || late || saysPlanted(end) || this.isWiped(node, end)
  }

  /** A node that finds its log gone refuses to start: so it must, and a wipe was asked for. */
  private isWiped(node: number, { code }: ChildEnd): boolean {
    const wiped = this.book.ofNode(node).some(({ fault }) => fault.kind === 'wipe')
    return wiped && code === STORAGE_EXIT
  }

  private ofNode(node: number): Held[] {
    return [...this.held.values()].filter(({ fault }) => fault.node === node)
  }

  private clockOf(node: number): ClockSetting {
    for (const { fault } of this.ofNode(node)) {
      if (fault.kind === 'clock') return { offsetMs: fault.offsetMs, drift: fault.drift }
    }
    return startClockOf(this.options, node)
  }

  private slowOf(node: number): SlowSetting | null {
    for (const { fault } of this.ofNode(node)) {
      if (fault.kind === 'slow') return { delayMs: fault.delayMs, jitterMs: fault.jitterMs }
    }
    return null
  }

  /** Tells the node all faults of this family; one that is down reads them when it starts. */
  private async tell(member: Member, { kind, node }: NodeFault): Promise<void> {
    const now = this.startOf(node)
    const body = callFor(kind, now)
    // One that is down would not start with it.
    checkCall(body)
    // A frozen node hears it when it goes on.
    if (member.state === 'paused') member.call(body).catch(() => {})
    if (!member.answers) return
    try {
      await member.call(body)
    } catch (error) {
      // A crash can come before the answer: then the fault holds, and has struck.
      if (member.answers || !(error instanceof LabCallError)) throw error
    }
  }
}

export function isNodeFault(fault: Fault): fault is NodeFault {
  return ['clock', 'slow', 'failpoint'].includes(fault.kind) || isStorageFault(fault)
}

function callFor(kind: NodeFault['kind'], now: NodeStart): NodeCall {
  switch (kind) {
    case 'clock':
      return { action: 'setClock', clock: now.clock }
    case 'slow':
      return { action: 'setSlow', slow: now.slow }
    case 'failpoint':
      return { action: 'armFailpoints', arms: now.failpoints }
    default:
      return { action: 'setStorageFaults', faults: now.storageFaults }
  }
}

const STORAGE_KINDS: readonly Fault['kind'][] = [
  'flushOff',
  'flushLies',
  'slowFlush',
  'writeError',
  'flushError',
  'diskFull',
  'tornTail',
] satisfies StorageFault['kind'][]

function isStorageFault(fault: Fault): fault is StorageFault {
  return STORAGE_KINDS.includes(fault.kind)
}

function isLike(old: NodeFault, fresh: NodeFault): boolean {
  if (old.kind !== fresh.kind || old.node !== fresh.node) return false
  return old.kind !== 'failpoint' || fresh.kind !== 'failpoint' || old.arm.name === fresh.arm.name
}

function strikesOnce(fault: NodeFault): boolean {
  if (fault.kind === 'failpoint') return fault.arm.action !== 'delay'
  return ['writeError', 'flushError', 'tornTail'].includes(fault.kind)
}

function filled(fault: StorageFault): StorageFault {
  return fault.kind === 'diskFull' ? { ...fault, bytesLeft: 0 } : fault
}

function saysPlanted({ code, tail }: ChildEnd): boolean {
  return code === STORAGE_EXIT && tail.some((line) => line.includes(PLANTED))
}

function explains(fault: NodeFault, { code, signal, tail }: ChildEnd): boolean {
  switch (fault.kind) {
    case 'writeError':
    case 'flushError':
    case 'diskFull':
      return code === STORAGE_EXIT && tail.some((line) => line.includes(PLANTED))
    case 'tornTail':
      return signal === 'SIGKILL'
    case 'failpoint':
      return fault.arm.action === 'crash'
        ? signal === 'SIGKILL'
        : fault.arm.action === 'error' && tail.some((line) => line.includes(PLANTED))
    default:
      return false
  }
}
