/**
 * Links: starts and ends link faults at the switchboard and keeps the book of them.
 *
 * A new partition replaces the one before. A new delay, reorder, drop or duplicate ends those of
 * its kind whose links it covers wholly; where it covers some, the newest counts (the switchboard
 * sees to that). Faults with a match, and holds, stand beside each other.
 */
import { linkKey } from '../../core/fault'
import type { Link, LinkFault } from '../../core/fault'
import type { LinkChange } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { FaultBook, LinkFaultActive } from './faultBook'

interface FaultMaker {
  startFault(id: string, fault: LinkFault): Promise<void>
  endFault(id: string): Promise<void>
}

export class Links {
  constructor(
    private readonly members: readonly number[],
    private readonly book: FaultBook,
    /** Null in direct mode. */
    private readonly maker: FaultMaker | null,
  ) {}

  async change(links: readonly Link[], change: LinkChange): Promise<string> {
    return await this.start({ ...change, links: this.checked(links) })
  }

  /** Answers the id of the fault, which holds when this resolves. */
  async start(fault: LinkFault): Promise<string> {
    const maker = this.makerOrThrow()
    const id = this.book.nextId()
    try {
      await maker.startFault(id, fault)
    } catch (error) {
      this.book.abandon(id)
      throw error
    }
    const replaced = this.book.links().filter((active) => replaces(fault, active.fault))
    this.book.start(id, fault)
    await Promise.all(replaced.map((active) => this.end(active)))
    return id
  }

  async end(active: LinkFaultActive): Promise<void> {
    await this.makerOrThrow().endFault(active.id)
    this.book.end(active.id)
  }

  async endAll(): Promise<void> {
    await Promise.all(this.book.links().map((active) => this.end(active)))
  }

  private makerOrThrow(): FaultMaker {
    if (this.maker !== null) return this.maker
    const words = 'direct mode: nodes dial each other, there is no switchboard to change links'
    throw new LabCallError('directMode', words)
  }

  private checked(links: readonly Link[]): Link[] {
    if (links.length === 0) throw new LabCallError('badArgument', 'no link is named')
    for (const { from, to } of links) {
      if (from === to || !this.members.includes(from) || !this.members.includes(to)) {
        throw new LabCallError('badArgument', `there is no link ${from} > ${to}`)
      }
    }
    return [...new Map(links.map((link) => [linkKey(link), link])).values()]
  }
}

function replaces(fresh: LinkFault, old: LinkFault): boolean {
  if (fresh.kind !== old.kind) return false
  if (fresh.kind === 'partition') return true
  if (fresh.kind === 'cut' || fresh.kind === 'dropNext' || fresh.kind === 'hold') return false
  if (isMatching(fresh) || isMatching(old)) return false
  const covered = new Set(fresh.links.map(linkKey))
  return old.links.every((link) => covered.has(linkKey(link)))
}

function isMatching(fault: LinkFault): boolean {
  return 'match' in fault && fault.match !== undefined
}
