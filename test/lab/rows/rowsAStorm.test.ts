/** S8, S9, S10, S15 over the record of one run of real processes with kills and cuts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Oracle } from '../../../src/core/check/oracle'
import { judgeProposals } from '../../../src/core/check/judgeProposals'
import type { LabEvent } from '../../../src/core/event'
import type { SlotView } from '../../../src/core/machineTypes'
import { compareBallot } from '../../../src/core/paxos/ballot'
import type { Ballot } from '../../../src/core/paxos/ballot'
import { EXPONENTIAL_POLICY } from '../../../src/core/paxos/config'
import { chosenByVotes } from '../../support/rowFolds'
import { eventsOf, rowLab } from '../../support/rowLab'
import type { RowLab } from '../../support/rowLab'

const NODES = [1, 2, 3]

/** Clients write at all nodes at once while nodes are killed and cut; answers what they sent. */
async function weatherStorm(run: RowLab): Promise<string[]> {
  const sent: string[] = []
  const writeAll = async (round: string): Promise<void> => {
    const writes = NODES.map(async (node) => {
      const value = `${round}-${node}`
      sent.push(`SET k${node} ${value}`)
      // A node that is down refuses, one that is cut off may not answer: both are part of the run.
      await run.lab.command(node, ['SET', `k${node}`, value]).catch(() => undefined)
    })
    await Promise.all(writes)
  }
  for (const round of [1, 2, 3, 4]) {
    const node = 1 + (round % 3)
    const before = writeAll(`${round}-before`)
    await run.lab.killNode(node)
    await writeAll(`${round}-down`)
    await run.lab.restartNode(node)
    const cut = run.links().filter(({ from }) => from === node)
    const fault = await run.lab.changeLinks(cut, { kind: 'cut' })
    await writeAll(`${round}-cut`)
    await run.lab.endFault(fault)
    await before
  }
  sent.push('SET last one')
  await run.write(1, 'last', 'one')
  await run.logsEqual()
  return sent
}

/** What breaks P2b, P2a and P2: other values above the lowest ballot that chose one. */
function ladder(events: readonly LabEvent[], acceptors: number) {
  const chosen = chosenByVotes(events, acceptors)
  const lowest = new Map<number, Ballot>()
  const votes = eventsOf(events, 'voted').flatMap(({ slot, ids, ballot, by }) => {
    return ids.map((id, at) => ({ slot: slot + at, id, ballot, by }))
  })
  const proposals = eventsOf(events, 'issued').flatMap(({ slot, ids, ballot }) => {
    return ids.map((id, at) => ({ slot: slot + at, id, ballot }))
  })
  for (const vote of votes) {
    const same = votes.filter(({ slot, ballot }) => {
      return slot === vote.slot && compareBallot(ballot, vote.ballot) === 0
    })
    if (new Set(same.map(({ by }) => by)).size * 2 <= acceptors) continue
    const known = lowest.get(vote.slot)
    if (known === undefined || compareBallot(vote.ballot, known) < 0) {
      lowest.set(vote.slot, vote.ballot)
    }
  }
  const breaks = ({ slot, id, ballot }: (typeof proposals)[number]) => {
    const from = lowest.get(slot)
    return from !== undefined && compareBallot(ballot, from) > 0 && id !== chosen.get(slot)?.[0]
  }
  return {
    P2b: proposals.filter(breaks),
    P2a: votes.filter(breaks),
    P2: [...chosen].filter(([, ids]) => ids.length > 1),
  }
}

describe('a run with kills and cuts', () => {
  let run: RowLab
  let sent: string[]
  let events: LabEvent[]
  let views: readonly SlotView[]

  beforeAll(async () => {
    run = await rowLab({ policy: EXPONENTIAL_POLICY, requestDeadlineMs: 1000 })
    sent = await weatherStorm(run)
    events = await run.record()
    views = await run.lab.slots(1, 1, 200)
  })
  afterAll(() => run.close())

  it('S8: has at most one chosen value a slot after each event', () => {
    const checks = new Oracle({ acceptors: NODES })
    for (const event of events) expect(checks.feed(event)).toEqual([])
    expect(checks.chosenSlots).toBeGreaterThan(10)
    for (const [slot, ids] of chosenByVotes(events, 3))
      expect([slot, ids.length]).toEqual([slot, 1])
    expect(eventsOf(events, 'violated')).toEqual([])
  })

  it('S9: chooses only what a client asked for, or the no-op of a leader', () => {
    const byVotes = chosenByVotes(events, 3)
    const chosen = views.filter((view) => view.chosen !== null)
    expect(chosen.length).toBeGreaterThan(10)
    for (const { slot, chosen: value } of chosen) {
      const voted = byVotes.get(slot)?.[0] ?? value?.id
      expect([slot, value?.id]).toEqual([slot, voted])
      if (value?.id !== '-') expect(sent).toContain(value?.text)
    }
    // Each id names the request of one client: no two slots hold the same one.
    const ids = chosen.map((view) => view.chosen?.id).filter((id) => id !== '-')
    expect(new Set(ids).size).toBeGreaterThan(10)
  })

  it('S10: learns, executes and answers only what was chosen', () => {
    const checks = new Oracle({ acceptors: NODES })
    for (const event of events) checks.feed(event)
    expect(checks.finish()).toEqual([])
    const states = Object.fromEntries(checks.views().map(({ id, state }) => [id, state]))
    expect(states).toMatchObject({ I9: 'holds', I10: 'holds', I11: 'holds', I13: 'holds' })
    // The same record without the votes of one slot: nothing was chosen there, and it is noticed.
    const deaf = new Oracle({ acceptors: NODES })
    const [slot = 0] = [...chosenByVotes(events, 3).keys()].slice(5)
    const told = events.filter(({ type, ...rest }) => {
      return type !== 'voted' || !('slot' in rest) || rest.slot !== slot
    })
    for (const event of told) deaf.feed(event)
    deaf.finish()
    const found = deaf.views().filter(({ state }) => state !== 'holds' && state !== 'idle')
    expect(found.map(({ id }) => id)).toContain('I10')
  })

  it('S15: has witnesses and grounds for every proposal, and P2b, P2a and P2 follow', () => {
    const { proposals, violations } = judgeProposals(events, NODES)
    expect(violations).toEqual([])
    expect(proposals.filter(({ verdict }) => verdict === 'violated')).toEqual([])
    expect(proposals.length).toBeGreaterThan(10)
    for (const { witnesses } of proposals) expect(witnesses.length).toBeGreaterThanOrEqual(2)
    expect(ladder(events, 3)).toEqual({ P2b: [], P2a: [], P2: [] })
    const live = run.lab.status().checks.filter(({ id }) => id === 'I6' || id === 'I7')
    expect(live.map(({ state }) => state)).toEqual(['holds', 'holds'])
  })
})
