/** `paxos-lab explore`, built: figures of protocol §11, threads, exit codes and run directories. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSchedule } from '../../src/shared/scheduleCodec'
import { verifyRecord } from '../../src/main/lab/recordFile'
import { listRuns } from '../../src/main/lab/runDir'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import type { Line } from '../support/cliProcess'

let home: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  home = temporaryFolder()
})

afterEach(async () => {
  await endAll()
  home.remove()
})

function explore(...args: string[]): CliProcess {
  return new CliProcess(['explore', ...args], home.path)
}

/** The one line of a search, with its exit code. */
async function result(...args: string[]): Promise<{ code: number | null; line: Line }> {
  const process_ = explore(...args, '--json')
  const code = await process_.ended()
  const [line] = process_.lines
  if (line === undefined) throw new Error(process_.stderr)
  expect(process_.lines).toHaveLength(1)
  return { code, line }
}

const SIZES = ['--model', 'abstract', '--acceptors', '3', '--values', '2']

describe('the abstract model', () => {
  it.each([
    ['1', 73],
    ['2', 3921],
  ])('S19: %s ballots: %i states, no violation, complete, exit 0', async (ballots, states) => {
    const { code, line } = await result(...SIZES, '--ballots', ballots)
    expect(code).toBe(0)
    expect(line).toMatchObject({ states, violations: 0, complete: true, verdict: 'valid' })
    expect(Object.keys(line).slice(0, 6)).toEqual([
      'states',
      'transitions',
      'depth',
      'violations',
      'complete',
      'statesPerSecond',
    ])
    expect(line['runDir']).toBeNull()
  })

  it('S19: 3 ballots: one thread, two threads and three find the same 185,369 states', async () => {
    const lines: Line[] = []
    for (const workers of ['1', '2', '3']) {
      const { code, line } = await result(...SIZES, '--ballots', '3', '--workers', workers)
      expect(code).toBe(0)
      expect(line).toMatchObject({ states: 185_369, workers: Number(workers) })
      lines.push({ ...line, statesPerSecond: 0, bytesPerState: 0, workers: 0 })
    }
    expect(lines[1]).toEqual(lines[0])
    expect(lines[2]).toEqual(lines[0])
  })

  it.each([
    ['M7', 12, '1'],
    ['M20', 10, '1'],
    ['M7', 12, '2'],
  ])(
    'S19: %s: a path of %i steps with %s threads, as a run and as a schedule',
    async (...given) => {
      const [mutant, steps, workers] = given
      const runs = join(home.path, 'runs')
      const args = [...SIZES, '--mutant', mutant, '--workers', workers, '--out', runs]
      const { code, line } = await result(...args)
      expect(code).toBe(1)
      const found = line['counterexample'] as { steps: string[] }
      expect(found).toMatchObject({ invariant: 'I8', schedule: true })
      expect(found).toMatchObject({ judged: expect.arrayContaining(['I6', 'I8']) })
      expect(found.steps).toHaveLength(steps)
      const runDir = String(line['runDir'])
      expect((await verifyRecord(join(runDir, 'events.ndjson'))).ok).toBe(true)
      const [card] = await listRuns(runs, null)
      expect(card).toMatchObject({ verdict: 'violated' })
      const text = readFileSync(join(runDir, 'schedule.json'), 'utf8')
      expect(parseSchedule(text).config.mutant).toBe(mutant)
    },
  )

  it('a rule that only blocks is told by what never happens', async () => {
    const { code, line } = await result('--mutant', 'M13', '--liveness')
    expect(code).toBe(1)
    expect(line).toMatchObject({ violations: 0, chosenStates: 0, stuckStates: 505 })
  })

  it('a search that was bounded says unknown, exit 2', async () => {
    const { code, line } = await result('--ballots', '3', '--states-max', '1000')
    expect(code).toBe(2)
    expect(line).toMatchObject({ complete: false, verdict: 'unknown', violations: 0 })
  })

  it('for people: the bounds beside the verdict, and the steps', async () => {
    const plain = explore('--symmetry')
    expect(await plain.ended()).toBe(0)
    expect(plain.stdout).toContain('3 acceptors, 2 values, 2 ballots')
    expect(plain.stdout).toContain('443 states, distinct up to symmetry')
    expect(plain.stdout).toContain('valid: no violation in any state within these bounds')
    const broken = explore('--mutant', 'M11', '--ballots', '1')
    expect(await broken.ended()).toBe(1)
    expect(broken.stdout).toContain('mutant M11: shares ballots')
    expect(broken.stdout).toContain('  9  2b  ')
    expect(existsSync(join(home.path, 'paxos-lab/runs'))).toBe(true)
  })
})

describe('replicas', () => {
  it('a sound world within bounds: nothing broken, complete, exit 0', async () => {
    const { code, line } = await result('--model', 'replicas', '--nodes', '3', '--requests', '1')
    expect(code).toBe(0)
    expect(line).toMatchObject({ model: 'replicas', violations: 0, complete: true })
    expect(line['states']).toBeGreaterThan(10)
  })

  it('a mutant: the counterexample as a run with its schedule, exit 1', async () => {
    const { code, line } = await result('--model', 'replicas', '--mutant', 'M20')
    expect(code).toBe(1)
    expect(existsSync(join(String(line['runDir']), 'schedule.json'))).toBe(true)
  })

  it('the duel: a fair cycle in which nothing is chosen, as a run of three turns', async () => {
    const args = ['--model', 'replicas', '--liveness', '--policy', 'eager', '--timers-at', '1,2']
    const { code, line } = await result(...args)
    expect(code).toBe(1)
    expect(line).toMatchObject({ verdict: 'violated', lasso: { bids: expect.any(Number) } })
    expect(existsSync(join(String(line['runDir']), 'schedule.json'))).toBe(true)
  })
})

it('what cannot be explored is refused in words, exit 2', async () => {
  const asked: [string[], RegExp][] = [
    [['--mutant', 'M1'], /cannot express M1.*--model replicas/],
    [['--mutant', 'M22'], /no mutant "M22"/],
    [['--ballots', '9'], /at most 16/],
    [['--acceptors', '6'], /from 1 to 5/],
    [['--nodes', '3'], /--nodes is not for --model abstract/],
    [['--model', 'replicas', '--symmetry'], /--symmetry is not for --model replicas/],
    [['--model', 'other'], /--model other is none of abstract, replicas/],
    [['--liveness', '--compact'], /--liveness keeps exact states/],
    [['--timers-at', '1'], /--timers-at is not for --model abstract/],
    [['--model', 'replicas', '--liveness', '--crashes', '1'], /--crashes is not for --liveness/],
    [['--workers', '0'], /--workers 0 is not a whole number from 1/],
  ]
  const started = asked.map(([args, words]) => ({ words, misuse: explore(...args) }))
  for (const { words, misuse } of started) {
    expect(await misuse.ended()).toBe(2)
    expect(misuse.stderr).toMatch(words)
    expect(misuse.stdout).toBe('')
  }
})
