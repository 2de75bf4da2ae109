/**
 * Bring your own node: an acceptor in Python, written from `docs/wire.md` with its standard library
 * alone, is a member like any other: it promises, votes, remembers and is counted.
 */
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { NodeReport } from '../../src/core/event'
import type { Ballot } from '../../src/core/paxos/ballot'
import type { ClusterOptions } from '../../src/shared/api'
import { joinCardPath } from '../../src/main/lab/joinCard'
import type { Value } from '../../src/core/paxos/message'
import type { JoinCard } from '../../src/main/lab/joinCard'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'
import { ask, NodeLab } from '../support/nodeLab'
import type { StartedNode } from '../support/nodeLab'
import { tempDirectory, upTo } from '../support/nodeSupport'
import {
  cardOf,
  HOST,
  logPath,
  MEMBERS,
  OWN,
  PythonNode,
  readLog,
  whyNoPython,
} from '../node/pythonNode/pythonNode'

const OK = '+OK\r\n'
const missing = whyNoPython()

/** Nodes 1 and 2 of this repository, and node 3 in Python. */
class MixedCluster {
  private constructor(
    readonly directory: string,
    readonly nodes: readonly StartedNode[],
    public python: PythonNode,
  ) {}

  static async open(changes: Partial<JoinCard> = {}): Promise<MixedCluster> {
    const directory = tempDirectory()
    const lab = await NodeLab.open(directory)
    const nodes = await Promise.all([1, 2].map((node) => lab.start(node, MEMBERS)))
    const ports = new Map(nodes.map(({ peerPort }, index) => [index + 1, peerPort]))
    const python = await PythonNode.start(cardOf(ports, changes), directory)
    const cluster = new MixedCluster(directory, nodes, python)
    cluster.introduce()
    return cluster
  }

  /** Starts the node in Python again, with its log. */
  async restart(): Promise<void> {
    const ports = new Map(this.nodes.map(({ peerPort }, index) => [index + 1, peerPort]))
    this.python = await PythonNode.start(cardOf(ports), this.directory)
    this.introduce()
  }

  async write(node: number, key: string, value: string): Promise<void> {
    const { clientPort } = this.nodes[node - 1]!
    await eventually(`SET ${key} at node ${node}`, async () => {
      return (await ask(clientPort, 'SET', key, value)) === OK
    })
  }

  facts(node: number): NodeReport[] {
    return this.nodes[node - 1]!.control.facts()
  }

  private introduce(): void {
    const all = [...this.nodes.map(({ peerPort }) => peerPort), this.python.peerPort]
    this.nodes.forEach(({ control }, index) => {
      const peers = all.map((port, at) => ({ node: at + 1, host: HOST, port }))
      control.send({ type: 'peers', peers: peers.filter(({ node }) => node !== index + 1) })
    })
  }
}

/** Newest vote of each slot in the log of the node in Python. */
function votesIn(
  directory: string,
): Map<number, { readonly ballot: Ballot; readonly value: Value }> {
  const votes = new Map<number, { ballot: Ballot; value: Value }>()
  for (const record of readLog(directory)) {
    if (!('vote' in record)) continue
    const [round, node] = record.vote
    record.values.forEach((value, index) => {
      votes.set(record.slot + index, { ballot: { round, node }, value })
    })
  }
  return votes
}

describe.skipIf(missing !== null)(
  `a node in Python${missing === null ? '' : `: ${missing}`}`,
  () => {
    it('S17: a node in another language is counted in a quorum', async () => {
      const cluster = await MixedCluster.open()
      await cluster.write(1, 'before', 'x')
      await cluster.nodes[0]!.node.kill()
      // From here on every quorum is nodes 2 and 3; node 2 may have led before, by another one.
      await cluster.nodes[1]!.control.call({ action: 'startElection' })
      const keys = upTo(10).map((index) => `k${index}`)
      for (const key of keys) await cluster.write(2, key, 'v')
      const { control, clientPort } = cluster.nodes[1]!
      expect(await ask(clientPort, 'GET', 'before')).toBe('$1\r\nx\r\n')
      const witnesses = await eventually('node 2 is elected by a quorum with Python', () => {
        const elected = cluster.facts(2).findLast(({ type }) => type === 'elected')
        return elected?.type === 'elected' && !elected.witnesses.includes(1) && elected.witnesses
      })
      expect(witnesses).toEqual([2, 3])

      const answer = await control.call({ action: 'slots', from: 1, count: 200 })
      const slots = answer.kind === 'slots' ? answer.slots : []
      const chosen = slots.filter(
        ({ chosen }) => chosen !== null && chosen.text.startsWith('SET k'),
      )
      expect(new Set(chosen.map((slot) => slot.chosen!.text))).toEqual(
        new Set(keys.map((key) => `SET ${key} v`)),
      )
      const votes = votesIn(cluster.directory)
      for (const {
        slot,
        vote,
        chosen: { text },
      } of chosen.map((one) => ({ ...one, chosen: one.chosen! }))) {
        expect(votes.get(slot)?.ballot).toEqual(vote?.ballot)
        expect(votes.get(slot)?.value).toContain(text.split(' ')[1])
      }
      expect(cluster.python.refusals()).toEqual([])
    })

    it('S17: killed and started again, it goes on with the promise and the votes of its log', async () => {
      const cluster = await MixedCluster.open()
      await cluster.write(1, 'a', '1')
      await cluster.nodes[0]!.node.kill()
      await cluster.write(2, 'b', '2')
      await cluster.python.process.kill()
      const held = votesIn(cluster.directory)
      // A tail that a crash tore cannot have been answered: it goes.
      appendFileSync(logPath(cluster.directory), '{"vote":[99,2],"slot":1,"val')
      await cluster.restart()
      expect(cluster.python.life).toBe(2)
      await cluster.write(2, 'c', '3')
      const now = votesIn(cluster.directory)
      for (const [slot, { value }] of held) expect(now.get(slot)?.value).toBe(value)
      expect(await ask(cluster.nodes[1]!.clientPort, 'MGET', 'a', 'b', 'c')).toBe(
        '*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n',
      )
    })

    it('with another secret it is refused by all, with an event, and refuses them', async () => {
      const cluster = await MixedCluster.open({ secret: 'ab'.repeat(32) })
      for (const node of [1, 2]) {
        const refused = await eventually(`node ${node} refuses`, () =>
          cluster.facts(node).find(({ type }) => type === 'connectionRefused'),
        )
        expect(refused).toMatchObject({ port: 'peer', reason: 'hello with a wrong proof' })
      }
      await eventually('it refuses as well', () => cluster.python.refusals().length > 0)
      expect(new Set(cluster.python.refusals())).toEqual(new Set(['hello with a wrong proof']))
      expect(readLog(cluster.directory).some((record) => 'promise' in record)).toBe(false)
    })
  },
)

describe.skipIf(missing !== null)(`its join card${missing === null ? '' : `: ${missing}`}`, () => {
  const rigs: LabRig[] = []

  /** A lab of nodes 1 and 2 that leaves the place of node 3 free. */
  async function open(changes: Partial<ClusterOptions> = {}): Promise<LabRig> {
    const rig = new LabRig()
    rigs.push(rig)
    await rig.start({ nodes: 3, join: OWN, ...changes })
    return rig
  }

  async function letIn(rig: LabRig): Promise<PythonNode> {
    const { runDir } = await rig.status()
    return await PythonNode.startFrom(joinCardPath(runDir!, OWN), logPath(rig.dir))
  }

  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close()
  })

  it.each([
    ['through the link proxies', false],
    ['directly', true],
  ])('S17: lets it into a running lab, %s; every quorum needs it', async (_how, direct) => {
    const rig = await open({ direct })
    const leader = await rig.leader([1, 2])
    const python = await letIn(rig)
    await rig.write(leader, 'a', '1')
    await rig.lab.killNode(leader)
    const other = 3 - leader
    await rig.write(other, 'b', '2')
    expect(await rig.get(other, 'a')).toBe('"1"')
    const votes = [...votesIn(rig.dir).values()].map(({ value }) => value)
    expect(votes.some((value) => value.endsWith('3:SET1:b1:2'))).toBe(true)
    expect(python.refusals()).toEqual([])
  })

  it('is for its owner only; the lab leaves the place alone and judges nothing', async () => {
    const rig = await open()
    const { runDir, checks } = await rig.status()
    const card = joinCardPath(runDir!, OWN)
    if (process.platform !== 'win32') expect(statSync(card).mode & 0o777).toBe(0o600)
    await expect(rig.lab.restartNode(OWN)).rejects.toThrow('joins by its card')
    await rig.lab.healAll(true)
    expect((await rig.node(OWN)).pid).toBeNull()
    await eventually('checks that say so', async () => {
      const views = (await rig.status()).checks
      const invariants = views.filter(({ id }) => id.startsWith('I'))
      expect(views).toHaveLength(checks.length)
      return invariants.every(({ state }) => state === 'notEnoughData')
    })
  })

  it('goes with its data: neither kind of node takes over the id of the other', async () => {
    const dataDir = tempDirectory()
    const first = await open({ dataDir })
    await first.lab.stopCluster()
    await first.start({ nodes: 3, dataDir })
    // Its promises may lie in a log that the lab does not know: it must not vote without them.
    const { runDir } = await first.status()
    const startFile: unknown = JSON.parse(readFileSync(join(runDir!, 'node3/node.json'), 'utf8'))
    expect(startFile).toMatchObject({ replica: { node: OWN }, expectLog: true })
    await first.lab.stopCluster()
    const start = first.start({ nodes: 3, dataDir, join: 1 })
    await expect(start).rejects.toThrow('node 1 has promised in')
  })
})
