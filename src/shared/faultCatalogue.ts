/**
 * Every kind of fault by name, and every partition: what menus and docs show, and which verb starts
 * it. Complete by type: a new kind does not compile until it is here.
 */
import type { FaultKind, NamedPreset } from '../core/fault'
import { LINK_FAULTS } from './linkFaults'
import type { VerbName } from './verbs'

export interface FaultEntry {
  readonly title: string
  readonly verb: VerbName
}

const link = (kind: keyof typeof LINK_FAULTS): FaultEntry => {
  const { title, verb } = LINK_FAULTS[kind]
  return { title, verb }
}

export const FAULT_CATALOGUE: Readonly<Record<FaultKind, FaultEntry>> = {
  cut: link('cut'),
  partition: { title: 'Partition', verb: 'partition' },
  delay: link('delay'),
  reorder: link('reorder'),
  drop: link('drop'),
  burst: link('burst'),
  dropNext: link('dropNext'),
  duplicate: link('duplicate'),
  bandwidth: link('bandwidth'),
  reset: link('reset'),
  halfOpen: link('halfOpen'),
  hold: { title: 'Hold', verb: 'hold' },
  kill: { title: 'Kill', verb: 'kill' },
  stop: { title: 'Stop', verb: 'stop' },
  pause: { title: 'Pause', verb: 'pause' },
  slow: { title: 'Slow', verb: 'slow' },
  powerLoss: { title: 'Power loss', verb: 'power-loss' },
  wipe: { title: 'Wipe', verb: 'wipe' },
  flushOff: { title: 'Flush off', verb: 'storage' },
  flushLies: { title: 'Flush lies', verb: 'storage' },
  slowFlush: { title: 'Slow flush', verb: 'storage' },
  writeError: { title: 'Write error', verb: 'storage' },
  flushError: { title: 'Flush error', verb: 'storage' },
  diskFull: { title: 'Disk full', verb: 'storage' },
  tornTail: { title: 'Torn tail', verb: 'storage' },
  clock: { title: 'Clock', verb: 'clock' },
  failpoint: { title: 'Failpoint', verb: 'failpoint' },
}

/** In the order in which the menu lists them. */
export const PARTITIONS: Readonly<
  Record<NamedPreset, { readonly title: string; readonly help: string }>
> = {
  isolateLeader: {
    title: 'Isolate the leader',
    help: 'The leader alone: the others elect, it keeps its belief.',
  },
  majorityMinority: {
    title: 'Majority | minority',
    help: 'The leader stays with the minority, which loses its quorum.',
  },
  bridge: { title: 'Bridge', help: 'Two halves that only one node can reach.' },
  ring: { title: 'Ring', help: 'Each node reaches the one before and the next; from 5 nodes on.' },
  majoritiesRing: {
    title: 'Ring of majorities',
    help: 'Each node reaches a majority, no two the same one; from 5 nodes on.',
  },
  chained: {
    title: 'Chain',
    help: 'Each node reaches its neighbours in a line that begins with the leader.',
  },
  quorumLoss: {
    title: 'Quorum loss',
    help: 'All reach one follower and nobody else: of five, only it has a quorum.',
  },
  constrained: {
    title: 'Constrained election',
    help: 'As quorum loss, and the leader is cut off: only that follower can be elected.',
  },
  oneWay: { title: 'One-way', help: 'The leader is heard by nobody, but hears all.' },
}
