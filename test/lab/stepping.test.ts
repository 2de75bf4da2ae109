/** Step mode on real processes: nothing moves by itself, and one thing happens at a time. */
import { afterEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { allLinks, linkKey } from '../../src/core/fault'
import type { TimerName } from '../../src/core/paxos/effect'
import type { HeldFrame } from '../../src/shared/gate'
import { performVerb } from '../../src/shared/performVerb'
import type { VerbResult } from '../../src/shared/performVerb'
import type { StepReport } from '../../src/shared/stepping'
import { parseVerb } from '../../src/shared/verbs'
import { DEFAULT_LOAD } from '../../src/shared/api'
import { LabRig, processExists } from '../support/cluster'
import { eventually } from '../support/eventually'

/** Far fewer would be enough: what comes to rest comes to rest soon. */
const DELIVERIES_MAX = 200

const LOAD = DEFAULT_LOAD
const FLP = { kind: 'flp', holdMsMax: null } as const

let rig: LabRig
const open = (...args: ConstructorParameters<typeof LabRig>): LabRig => (rig = new LabRig(...args))
afterEach(() => rig.close())

/** As the console does. */
async function say(line: string): Promise<VerbResult> {
  return await performVerb(rig.lab, parseVerb(line), { status: () => rig.lab.status() })
}

const told = <T extends LabEvent['type']>(reports: readonly StepReport[], type: T) =>
  reports
    .flatMap(({ events }) => events)
    .filter((event): event is Extract<LabEvent, { type: T }> => event.type === type)

/** Sockets of one node are apart: which of its frames comes first is chance, so links decide. */
function first(frames: readonly HeldFrame[]): HeldFrame | undefined {
  const key = ({ link }: HeldFrame): string => linkKey(link)
  return [...frames].sort((a, b) => key(a).localeCompare(key(b)) || a.id - b.id)[0]
}

/** Delivers all that waits, and what that causes, one by one. */
async function deliverAll(): Promise<StepReport[]> {
  const reports: StepReport[] = []
  for (;;) {
    const next = first((await rig.lab.stepChoices()).frames)
    if (next === undefined) return reports
    reports.push(await rig.lab.stepPerform({ kind: 'frame', id: next.id }))
    if (reports.length > DELIVERIES_MAX) throw new Error('there is no end of frames')
  }
}

async function timer(node: number, name: TimerName): Promise<StepReport> {
  return await rig.lab.stepPerform({ kind: 'timer', node, timer: name })
}

/** An election and a write, wholly by hand; what happened, as one line each. */
async function electionAndWrite(): Promise<{ lines: string[]; reports: StepReport[] }> {
  open()
  await rig.start({ nodes: 3 })
  await rig.lead(1)
  await rig.lab.startStepping()
  await deliverAll()
  const election = await timer(2, 'election')
  const elected = [election, ...(await deliverAll())]
  expect(told(elected, 'elected')).toMatchObject([{ by: 2 }])
  const write = await rig.lab.stepPerform({ kind: 'command', node: 2, args: ['SET', 'k', 'v'] })
  const written = [write, ...(await deliverAll())]
  const reports = [...elected, ...written]
  const lines = reports.map(({ step }) => step.replace(/\d+: |\d+ ms|\d+\.\d/g, ''))
  return { lines, reports: written }
}

it('an election and a write by hand: the same deliveries in two runs, chosen by the quorum', async () => {
  const one = await electionAndWrite()
  await rig.close()
  const two = await electionAndWrite()
  expect(two.lines).toEqual(one.lines)
  for (const { reports } of [one, two]) {
    const at = reports.findIndex((report) => told([report], 'chosen').length > 0)
    expect(reports[at]?.step).toMatch(/deliver .*accepted/)
    // Node 2 has its own vote: the first `accepted` of another completes the quorum of two.
    const before = reports.slice(0, at).filter(({ step }) => step.includes('accepted'))
    expect(before).toEqual([])
    expect(told(reports, 'clientReplied')).toMatchObject([{ reply: 'OK' }])
  }
})

it('nothing moves by itself, and leaving gives the time back: the cluster serves', async () => {
  open()
  // Deadlines and elections are far shorter than what is awaited here.
  await rig.start({ nodes: 3, requestDeadlineMs: 300 })
  await rig.lead(1)
  await rig.lab.startStepping()
  await deliverAll()
  await expect(rig.lab.setLoad(LOAD)).rejects.toMatchObject({ code: 'wrongState' })
  await expect(rig.lab.startAdversary(FLP)).rejects.toMatchObject({ code: 'wrongState' })
  await expect(rig.lab.startStepping()).rejects.toMatchObject({ code: 'wrongState' })
  const write = rig.lab.command(2, ['SET', 'k', 'v'])
  const asked = await eventually('the request waits at its node', async () => {
    const { nodes } = await rig.lab.stepChoices()
    return nodes.find(({ node, requests }) => node === 2 && requests.length > 0)
  })
  expect(asked.requests).toMatchObject([{ words: 'SET k v' }])
  const before = await rig.lab.stepChoices()
  const from = (await rig.status()).events + 1
  // Nodes say four times a second how they are: eight elections could have been held.
  await statusLines(8)
  expect(await rig.lab.stepChoices()).toEqual(before)
  const since = (await rig.lab.events(from, from + 1000)).map(({ type }) => type)
  expect(since.filter((type) => !/Sampled$/.test(type))).toEqual([])
  await rig.lab.stopStepping()
  expect(await write).toMatchObject({ outcome: 'ok' })
  await rig.write(3, 'after', '1')
  const status = await rig.logsEqual()
  expect(status.faults).toEqual([])
  expect(status.stepping).toBeNull()
  await expect(rig.lab.stepChoices()).rejects.toMatchObject({ code: 'wrongState' })
})

it('kill -9 while stepping: the node comes back in step mode, and all ends without a rest', async () => {
  open()
  await rig.start({ nodes: 3 })
  await rig.lead(1)
  await rig.lab.startStepping()
  await deliverAll()
  await timer(1, 'heartbeat')
  const { pid } = await rig.node(3)
  process.kill(pid ?? 0, 'SIGKILL')
  await eventually('node 3 has failed', async () => (await rig.node(3)).state === 'failed')
  // Two of three go on, and the frame that waits for nobody is said to be lost.
  const steps = [await rig.lab.stepPerform(command(1, 'SET', 'k', 'v')), ...(await deliverAll())]
  expect(told(steps, 'clientReplied')).toMatchObject([{ reply: 'OK' }])
  expect(steps.map(({ lost }) => lost)).toContain('link 1>3 has no connection: the frame is lost')
  await rig.lab.restartNode(3)
  const back = await eventually('node 3 keeps its timers back', async () => {
    const { nodes } = await rig.lab.stepChoices()
    return nodes.find(({ node, timers }) => node === 3 && timers.length > 0)
  })
  expect(back.timers.map((one) => one.timer)).toContain('election')
  expect(told([await timer(3, 'election')], 'bid')).toMatchObject([{ by: 3 }])
  // Its hold ends by another hand: step mode ends with it.
  await rig.lab.healAll(false)
  await eventually('step mode is off', async () => (await rig.status()).stepping === null)
  await rig.write(3, 'k', 'w')
  // The lab stops in the middle of it.
  await rig.lab.startStepping()
  const waits = rig.lab.command(2, ['SET', 'never', '1'])
  const pids = (await rig.status()).nodes.map((view) => view.pid ?? 0)
  await rig.lab.stopCluster()
  expect((await waits).outcome).not.toBe('ok')
  expect(pids.filter(processExists)).toEqual([])
})

it('the verbs of the console: list, deliver, drop, script, and the script does it again', async () => {
  open()
  await rig.start({ nodes: 3 })
  await rig.lead(1)
  expect(await say('step on')).toMatchObject({ ok: true, stepping: true })
  await deliverAll()
  // A write would wait for steps that nobody could give: it is a step itself.
  expect(await say('write 1 k "two words"')).toMatchObject({ verb: 'step', ok: true })
  expect((await say('step')).words).toMatch(/^2 frames wait\n\d+: 1 > [23] accept \d+\.1 slot \d/)
  expect((await say('step lose 1 > 3 accept')).words).toMatch(/: drop \d+: 1 > 3 accept/)
  expect((await say('step deliver 1 > 2 accept')).words).toMatch(/N2 voted/)
  const chosen = await say('step next')
  expect(chosen.words).toMatch(/deliver \d+: 2 > 1 accepted[^]*N1 chosen/)
  expect(chosen.words).toContain('N1 answers "SET k two words": OK')
  await expect(say('step next')).rejects.toMatchObject({ code: 'badArgument' })
  await expect(say('step timer 1 election')).rejects.toMatchObject({ code: 'badArgument' })
  await expect(say('step frame 99999')).rejects.toMatchObject({ code: 'badArgument' })
  const script = await say('step script')
  const lines = 'script' in script ? script.script : []
  const from = lines.indexOf('step client 1 SET k "two words"')
  expect(lines.slice(from)).toEqual([
    'step client 1 SET k "two words"',
    'step lose 1 > 3 accept',
    'step deliver 1 > 2 accept',
    'step deliver 2 > 1 accepted',
  ])
  let last = ''
  for (const line of lines.slice(from)) last = (await say(line)).words
  expect(last).toMatch(/OK/)
  expect(await say('step off')).toMatchObject({ stepping: false })
})

it('a violation freezes the gate, and leaving step mode leaves it frozen', async () => {
  open()
  await rig.start({ nodes: 3, mutant: 'M1', freezeOnViolation: true })
  await rig.lead(1)
  const freeze = { kind: 'hold', match: {}, atEnd: 'release' } as const
  await rig.lab.startStepping()
  await deliverAll()
  // What the session does at a violation, while step mode holds every frame already.
  const frozen = await rig.lab.changeLinks(allLinks([1, 2, 3]), freeze)
  await timer(1, 'heartbeat')
  expect((await rig.lab.stepChoices()).frames).toHaveLength(2)
  await rig.lab.stopStepping()
  const { frames } = await rig.lab.gateWait({}, 2, 20_000)
  expect(frames.map(({ fault }) => fault)).toEqual(frames.map(() => frozen))
  expect((await rig.status()).faults.map(({ id }) => id)).toEqual([frozen])
  await rig.lab.endFault(frozen)
  await rig.write(2, 'k', 'v')
})

/** That many more status lines of node 1. */
async function statusLines(count: number): Promise<void> {
  for (let seen = 0; seen < count; seen += 1) {
    const { statusAtMs } = await rig.node(1)
    await eventually('a status line', async () => (await rig.node(1)).statusAtMs > statusAtMs)
  }
}

function command(node: number, ...args: string[]) {
  return { kind: 'command', node, args } as const
}
