/** All link proxies of a cluster, and the faults over them; no control channel in here. */
import { allLinks, linkKey } from '../../core/fault'
import type { Link, LinkFault } from '../../core/fault'
import type { LinkTraffic } from '../../core/event'
import type { GateAct, LinkCount } from '../../shared/gate'
import { Gate } from './gate'
import { LinkProxy } from './linkProxy'
import type { LinkSettings } from './linkProxy'

export interface SwitchboardSettings extends Omit<LinkSettings, 'finished' | 'gate'> {
  readonly members: readonly number[]
  /** Every link of the fault `id` has used it up: it has ended by itself. */
  faultEnded(id: string): void
  /** A frame came to the gate or left it. */
  gateActed(act: GateAct): void
}

export class Switchboard {
  readonly gate: Gate
  private readonly proxies = new Map<string, LinkProxy>()
  /** Links on which a fault still has work to do, by fault id. */
  private readonly faults = new Map<string, Set<string>>()
  /** What becomes of held frames when a hold ends, by fault id. */
  private readonly holds = new Map<string, 'release' | 'drop'>()

  constructor(private readonly settings: SwitchboardSettings) {
    const finished = (id: string, link: Link): void => this.finished(id, link)
    const gate = (this.gate = new Gate((act) => settings.gateActed(act)))
    for (const link of allLinks(settings.members)) {
      this.proxies.set(linkKey(link), new LinkProxy(link, { ...settings, finished, gate }))
    }
  }

  /** Answers the listening port of each link. */
  async listen(): Promise<{ from: number; to: number; port: number }[]> {
    return Promise.all(
      [...this.proxies.values()].map(async (proxy) => ({
        ...proxy.link,
        port: await proxy.listen(),
      })),
    )
  }

  route(node: number, port: number): void {
    for (const proxy of this.proxies.values()) if (proxy.link.to === node) proxy.route(port)
  }

  /** Answers what is wrong, and changes nothing then; null when the fault holds. */
  startFault(id: string, fault: LinkFault): string | null {
    if (this.faults.has(id)) return `fault ${id} was started already`
    const keys = new Set(fault.links.map(linkKey))
    const unknown = [...keys].find((key) => !this.proxies.has(key))
    if (unknown !== undefined) return `there is no link ${unknown}`
    this.faults.set(id, keys)
    if (fault.kind === 'hold') this.holds.set(id, fault.atEnd)
    for (const key of keys) this.proxies.get(key)?.startFault(id, fault)
    return null
  }

  /** A fault that ended by itself may be ended again: the two messages can cross. */
  endFault(id: string): void {
    this.faults.delete(id)
    const hold = this.holds.get(id)
    this.holds.delete(id)
    if (hold !== undefined) this.gate.endHold(id, hold)
    for (const proxy of this.proxies.values()) proxy.endFault(id)
  }

  /** Links with a connection up to the receiver. */
  openLinks(): Link[] {
    return [...this.proxies.values()].filter(({ isOpen }) => isOpen).map(({ link }) => link)
  }

  /** Frames that came over each connection that stands. */
  came(): LinkCount[] {
    const open = [...this.proxies.values()].filter(({ isOpen }) => isOpen)
    return open.map(({ link, came }) => ({ ...link, frames: came }))
  }

  takeTraffic(): LinkTraffic[] {
    return [...this.proxies.values()].flatMap((proxy) => proxy.takeTraffic() ?? [])
  }

  watchMessages(on: boolean): void {
    this.settings.messages.set(on)
  }

  close(): void {
    this.settings.messages.close()
    this.gate.close()
    for (const proxy of this.proxies.values()) proxy.close()
  }

  private finished(id: string, link: Link): void {
    const left = this.faults.get(id)
    if (!left?.delete(linkKey(link)) || left.size > 0) return
    // Later in this turn: a frame is on its way through the very chain that this changes.
    queueMicrotask(() => {
      this.endFault(id)
      this.settings.faultEnded(id)
    })
  }
}
