/** `paxos-lab sim`, built: a line a seed, threads that agree, exit codes, what a failure leaves. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { drawPlan } from '../../src/core/sim/swarm'
import { runTrial } from '../../src/core/trial/trial'
import { verifyRecord } from '../../src/main/lab/recordFile'
import { listRuns } from '../../src/main/lab/runDir'
import { judgeRun } from '../../src/main/lab/judgeRun'
import { parseSimPlan, printSimPlan } from '../../src/shared/simPlanCodec'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'

let home: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  home = temporaryFolder()
})

afterEach(async () => {
  await endAll()
  home.remove()
})

function sim(...args: string[]): CliProcess {
  return new CliProcess(['sim', ...args], home.path)
}

it('threads give one line a seed, in order, with the hash that this process finds too', async () => {
  const run = sim('--seeds', '1..12', '--json')
  expect(await run.ended()).toBe(0)
  const lines = run.lines.map(({ seed, verdict, events, hash }) => ({
    seed,
    verdict,
    events,
    hash,
  }))
  const here = Array.from({ length: 12 }, (_, index) => {
    const { seed, verdict, events, hash } = runTrial({ plan: drawPlan({ seed: index + 1 }) })
    return { seed, verdict, events, hash }
  })
  expect(lines).toEqual(here)
  for (const line of run.lines) expect(line['eventsPerSecond']).toBeGreaterThan(0)
  expect(run.stderr).toContain('12 of 12 seeds valid')
})

it('a failing seed leaves a run directory, a card and a smaller plan, which fails too', async () => {
  const out = join(home.path, 'runs')
  const run = sim('--seed', '1', '--mutant', 'M12', '--nodes', '3', '--out', out, '--json')
  expect(await run.ended()).toBe(1)
  const [line] = run.lines
  expect(run.lines).toHaveLength(1)
  const runDir = String(line?.['runDir'])
  const names = ['events.ndjson', 'failure.md', 'history.jsonl', 'plan.json', 'plan.min.json']
  expect(readdirSync(runDir)).toEqual([...names, 'result.json', 'run.json'])
  expect(await verifyRecord(join(runDir, 'events.ndjson'))).toMatchObject({ ok: true })
  expect((await listRuns(out, null)).map(({ verdict }) => verdict)).toEqual(['violated'])
  const result: unknown = JSON.parse(readFileSync(join(runDir, 'result.json'), 'utf8'))
  expect(result).toMatchObject({ source: 'simulator', config: { mutant: 'M12' } })
  const card = readFileSync(join(runDir, 'failure.md'), 'utf8')
  for (const words of ['# Failure card: seed 1', '**I1', 'mutant: "M12"', '### Node 3', '--plan']) {
    expect(card).toContain(words)
  }
  const text = readFileSync(join(runDir, 'plan.json'), 'utf8')
  expect(parseSimPlan(text)).toEqual(drawPlan({ seed: 1, nodes: 3, mutant: 'M12' }))
  const again = sim('--plan', join(runDir, 'plan.json'), '--out', out, '--json')
  expect(await again.ended()).toBe(1)
  expect(again.lines[0]?.['hash']).toBe(line?.['hash'])
  const small = sim('--plan', join(runDir, 'plan.min.json'), '--out', out, '--json')
  expect(await small.ended()).toBe(1)
  const first: unknown = small.lines[0]?.['violations']
  expect(first).toMatchObject([{ invariant: 'I1' }])
})

it('a run that only stands still says so in its own checks, and when it is judged again', async () => {
  const out = join(home.path, 'runs')
  const run = sim('--seed', '1', '--mutant', 'M13', '--out', out, '--json')
  expect(await run.ended()).toBe(1)
  const runDir = String(run.lines[0]?.['runDir'])
  const { checks } = JSON.parse(readFileSync(join(runDir, 'result.json'), 'utf8'))
  const violated = { id: 'I15', state: 'violated' }
  expect(checks).toContainEqual(expect.objectContaining(violated))
  const again = await judgeRun(runDir)
  expect(again.verdict).toBe('violated')
  expect(again.checks).toContainEqual(expect.objectContaining(violated))
})

it.each([
  [['--seeds', '5'], '--seeds 5 is not A..B'],
  [['--seeds', '5..2'], 'not a whole number from 5'],
  [['--seed', 'x'], 'not a whole number'],
  [['--faults', 'kill,quake'], 'no kind "quake"'],
  [['--nodes', '2'], 'none of 3, 4, 5'],
  [['--mutant', 'M99'], 'M99'],
  [['--seconds', '5', '--steps', '9'], 'exclude each other'],
  [['--plan', '/nowhere.json'], 'no file'],
])('%j is refused', async (flags, words) => {
  const run = sim(...flags)
  expect(await run.ended()).toBe(2)
  expect(run.stderr).toContain(words)
})

it('a plan says what is wrong with it and where; what is printed is read back', () => {
  const plan = drawPlan({ seed: 9 })
  expect(parseSimPlan(printSimPlan(plan))).toEqual(plan)
  const broken = (change: object): string => JSON.stringify({ ...plan, ...change })
  const kinds = [{ at: 1, until: 2, fault: { kind: 'hold', links: [] } }]
  expect(() => parseSimPlan('{')).toThrow('plan is not JSON')
  expect(() => parseSimPlan(broken({ version: 2 }))).toThrow('plan.version is 2')
  expect(() => parseSimPlan(broken({ faults: kinds }))).toThrow('plan.faults[0].fault.kind')
  expect(() => parseSimPlan(broken({ delayGrains: [9, 2] }))).toThrow('plan.delayGrains')
  const outside = [{ at: 1, until: 2, fault: { kind: 'kill', node: 99 } }]
  expect(() => parseSimPlan(broken({ faults: outside }))).toThrow('plan.faults[0].fault.node')
})

it('--steps ends the faults after so many events, --seconds after so much virtual time', async () => {
  const steps = sim('--seed', '2', '--steps', '3000', '--faults', 'none', '--json')
  expect(await steps.ended()).toBe(0)
  expect(Number(steps.lines[0]?.['events'])).toBeGreaterThanOrEqual(3000)
  const seconds = sim('--seed', '2', '--seconds', '60', '--nodes', '5', '--json')
  expect(await seconds.ended()).toBe(0)
  expect(Number(seconds.lines[0]?.['seconds'])).toBeGreaterThanOrEqual(60)
})
