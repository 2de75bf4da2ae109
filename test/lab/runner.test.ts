/** The runner for real: trials in processes of their own, cancelled, killed, sharded, judged. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseExperiment } from '../../src/shared/experimentCodec'
import type { ExperimentResult } from '../../src/shared/experimentResult'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import { eventually } from '../support/eventually'
import { parseCsv, parseXml } from '../support/experiments'
import { childPids, isAlive } from '../support/processTree'

let home: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  home = temporaryFolder()
})

afterEach(async () => {
  await endAll()
  home.remove()
})

function cli(...args: string[]): CliProcess {
  return new CliProcess(args, home.path)
}

const at = (...parts: string[]): string => join(home.path, ...parts)

const HEAD = `version: 1
name: tiny
title: Tiny
summary: Three nodes choose one value.
seconds: 1
level: basic
cluster:
  nodes: 3
`
const WRITES = 'steps:\n  - do: write 1 k v\nexpect:\n  - chosenSlots > 0\n'
/** Of the points nodes=3 and nodes=5 one ends and the other waits for what never comes. */
const WAITS = 'steps:\n  - when: nodesRunning = 3\n    within: 300s\n  - do: write 1 k v\n'

function file(rest: string, name = 'own.paxlab.yaml'): string {
  writeFileSync(at(name), HEAD + rest)
  return at(name)
}

function resultIn(dir: string): ExperimentResult {
  return parseExperiment(readFileSync(join(dir, 'experiment.json'), 'utf8'), dir)
}

/** A process with all that it started, and all that these did. */
function family(pid: number): number[] {
  return [pid, ...childPids(pid).flatMap(family)]
}

async function allGone(pids: readonly number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0)
  await eventually('no process is left', () => !pids.some(isAlive))
}

describe('several trials', () => {
  it('two seeds at two points, two at a time: results, reports, exports, exit 0', async () => {
    const out = at('out')
    const run = cli(
      ...['run', file(WRITES), '--seeds', '4..5', '--sweep', 'policy=leader,backoff-random'],
      ...['--jobs', '2', '--out', out, '--junit', at('j.xml'), '--csv', at('c.csv'), '--json'],
    )
    await eventually('two at a time', () => childPids(run.child.pid ?? 0).length === 2)
    const pids = family(run.child.pid ?? 0)
    expect(await run.ended()).toBe(0)
    await allGone(pids)
    const last = run.lines.at(-1)
    const measures = { trials: 4, planned: 4, valid: 4, violated: 0, unknown: 0 }
    expect(last).toMatchObject({ type: 'experiment', verdict: 'valid', reason: '', measures })
    expect(run.lines.map(({ type }) => type)).toEqual([...Array(4).fill('trial'), 'experiment'])
    const { trials, plan } = resultIn(out)
    expect(trials.map(({ trial, seed, point }) => `${trial} ${seed} ${point['policy']}`)).toEqual([
      ...['1 4 leader', '2 5 leader', '3 4 backoff-random', '4 5 backoff-random'],
    ])
    expect(plan.command).toMatch(/^paxos-lab run .* --seeds 4\.\.5 --sweep policy=leader,backoff-/)
    for (const { runDir, verdicts, seed } of trials) {
      expect(verdicts).toMatchObject({ safety: 'valid', liveness: 'valid', replay: 'notJudged' })
      const own = join(out, runDir ?? '')
      expect(readFileSync(join(own, 'experiment.yaml'), 'utf8')).toBe(HEAD + WRITES)
      const result: unknown = JSON.parse(readFileSync(join(own, 'result.json'), 'utf8'))
      expect(result).toMatchObject({
        verdicts,
        seed,
        command: expect.stringContaining('--repeat 1'),
      })
      expect(existsSync(join(own, 'report.html'))).toBe(true)
    }
    expect(existsSync(join(out, 'report.html'))).toBe(true)
    expect(run.stderr).toMatch(/policy=backoff-random +2 +2 +0 +0 /)
    expect(parseCsv(readFileSync(at('c.csv'), 'utf8'))).toHaveLength(5)
    const suites = parseXml(readFileSync(at('j.xml'), 'utf8')).children
    expect(suites.map(({ attributes }) => attributes)).toMatchObject([
      ...[1, 2].map(() => ({ tests: '2', failures: '0', errors: '0' })),
    ])
    const compared = cli('compare', out, out, '--point-a', 'policy=leader', '--json')
    expect(await compared.ended()).toBe(0)
    expect(compared.lines).toMatchObject([{ a: { trials: 2 }, b: { trials: 4 } }])
  })

  it('shards are merged to the whole, and half of it is judged by itself', async () => {
    const sweep = ['--sweep', 'policy=eager', '--seed', '9', '--repeat', '2']
    const shards = ['1/2', '2/2'].map((shard, index) => {
      return cli('run', file(WRITES), ...sweep, '--shard', shard, '--out', at(`s${index}`))
    })
    for (const shard of shards) expect(await shard.ended()).toBe(0)
    expect(shards[1]?.stdout).toMatch(/1\/1 {2}trial 2, policy=eager, seed 10 {2}valid/)
    const merged = cli('merge', at('s0'), at('s1'), '--out', at('all'), '--json')
    expect(await merged.ended()).toBe(0)
    expect(merged.lines).toMatchObject([{ verdict: 'valid', measures: { trials: 2, planned: 2 } }])
    const { trials, plan } = resultIn(at('all'))
    expect(trials.map(({ seed }) => seed)).toEqual([9, 10])
    expect(plan.command).not.toContain('--shard')
    for (const { runDir } of trials) expect(existsSync(join(at('all'), runDir ?? ''))).toBe(true)
    const half = cli('merge', at('s0'))
    expect(await half.ended()).toBe(0)
  })

  it('in the simulator the same seed gives the same run', async () => {
    const run = cli('run', file(WRITES), '--sim', '--seeds', '3,3', '--out', at('sim'), '--json')
    expect(await run.ended()).toBe(0)
    const hashes = resultIn(at('sim')).trials.map(({ measures }) => measures['hash'])
    expect(hashes[0]).toEqual(expect.any(String))
    expect(hashes[1]).toBe(hashes[0])
  })
})

describe('what goes wrong', () => {
  it('a mutant is violated: exit 1, and the rest is not run with --stop-on-failure', async () => {
    const proposals = [1, 2, 3, 4].map((n) => `propose ${1 + (n % 2)} x ${n}`).join(', ')
    const path = file(`  mutant: M7\n  policy: eager\nsteps:\n  - do: [${proposals}]\n`)
    const more = ['--repeat', '3', '--stop-on-failure', '--out', at('m'), '--junit', at('m.xml')]
    const run = cli('run', path, ...more)
    expect(await run.ended()).toBe(1)
    expect(run.stdout).toMatch(/trial \d \(seed \d\) violated: I\d+ is violated/)
    expect(run.stdout).toMatch(/repeat: paxos-lab run .* --seed \d --repeat 1/)
    const { trials, verdict, planned } = resultIn(at('m'))
    expect({ verdict, planned }).toEqual({ verdict: 'violated', planned: 3 })
    expect(trials.at(-1)?.verdict).toBe('violated')
    const text = readFileSync(at('m.xml'), 'utf8')
    expect(text).toContain(join(at('m'), trials.at(-1)?.runDir ?? '-'))
    expect(parseXml(text).children[0]?.attributes).toMatchObject({ tests: '3', failures: '1' })
  })

  it('SIGINT ends all within moments, keeps what ended, and is unknown', async () => {
    const sweep = ['--sweep', 'nodes=3,5', '--jobs', '2', '--out', at('c'), '--json']
    const run = cli('run', file(WAITS), ...sweep)
    await eventually('one ended', () => run.lines.length === 1)
    await eventually('the other waits', () => runsIn(at('c')).length === 2)
    const pids = family(run.child.pid ?? 0)
    run.child.kill('SIGINT')
    expect(await run.ended()).toBe(2)
    await allGone(pids)
    const report = at('c', 'report.html')
    expect(run.lines.at(-1)).toMatchObject({ verdict: 'unknown', cancelled: true, report })
    expect(readFileSync(report, 'utf8')).toContain('1 of 2 trials ended: it was cancelled')
    // The one that was cut short has its own, with the reason.
    for (const name of runsIn(at('c'))) {
      expect(existsSync(at('c', 'runs', name, 'report.html')), name).toBe(true)
    }
    const { trials, cancelled } = resultIn(at('c'))
    expect(cancelled).toBe(true)
    expect(trials).toMatchObject([{ point: { nodes: '3' }, verdict: 'valid' }])
  })

  it('kill -9 of the runner: no orphans, and what is left opens and is unknown', async () => {
    const run = cli('run', file(WAITS), '--sweep', 'nodes=3,5', '--out', at('k'), '--json')
    await eventually('one ended', () => run.lines.length === 1)
    const second = await eventually('the other began', () => {
      const done = resultIn(at('k')).trials[0]?.runDir
      return runsIn(at('k')).find((name) => `runs/${name}` !== done && nodesRun(name))
    })
    const pids = family(run.child.pid ?? 0)
    // Runner, trial, switchboard and five nodes.
    expect(pids).toHaveLength(8)
    run.child.kill('SIGKILL')
    await allGone(pids)
    const whole = cli('merge', at('k'), '--json')
    const partial = cli('compare', at('k'), at('k', 'runs', second), '--json')
    expect(await whole.ended()).toBe(2)
    expect(whole.lines).toMatchObject([
      { verdict: 'unknown', reason: expect.stringContaining('1 of 2 trials ended') },
    ])
    expect(await partial.ended()).toBe(0)
    const reason = expect.stringMatching(/./)
    expect(partial.lines).toMatchObject([{ b: { kind: 'run', verdict: 'unknown', reason } }])
  })

  it('a trial whose process dies is one unknown trial, and the next one runs', async () => {
    const run = cli('run', file(WAITS), '--sweep', 'nodes=5,3', '--out', at('d'), '--json')
    await eventually('it runs', () => runsIn(at('d')).some((name) => nodesRun(name, 'd')))
    const [trial = 0] = childPids(run.child.pid ?? 0)
    const pids = family(trial)
    process.kill(trial, 'SIGKILL')
    expect(await run.ended()).toBe(2)
    await allGone(pids)
    const reason = expect.stringContaining('(SIGKILL)')
    expect(resultIn(at('d')).trials).toMatchObject([
      { verdict: 'unknown', reason, runDir: expect.stringMatching(/^runs/) },
      { verdict: 'valid', reason: '' },
    ])
  })

  it('a trial beyond its time limit is unknown, with the reason', async () => {
    const run = cli('run', file(WAITS), '--sweep', 'nodes=5', '--time-limit', '1', '--json')
    expect(await run.ended()).toBe(2)
    expect(run.lines.at(-1)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(/1 s/),
    })
  })
})

function runsIn(dir: string): string[] {
  return existsSync(join(dir, 'runs')) ? readdirSync(join(dir, 'runs')) : []
}

/** Its nodes are up: the record says so. */
function nodesRun(name: string, dir = 'k'): boolean {
  const path = at(dir, 'runs', name, 'events.ndjson')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return text.split('"type":"nodeReady"').length > 5
}

describe('what is refused', () => {
  it('wrong option, wrong file, full directory: words, exit 2, and nothing was begun', async () => {
    const option = cli('run', file(WRITES), '--shard', '3/2', '--out', at('never'))
    const wrong = cli(
      'run',
      file('steps:\n  - jump: 1\n', 'a.paxlab.yaml'),
      '--repeat',
      '2',
      '--out',
      at('never'),
    )
    const full = cli('run', file(WRITES, 'b.paxlab.yaml'), '--repeat', '2', '--out', home.path)
    const nothing = cli('compare', home.path, home.path)
    expect(await option.ended()).toBe(2)
    expect(option.stderr).toMatch(/--shard 3\/2 is not a part/)
    expect(option.stdout).toBe('')
    expect(await wrong.ended()).toBe(2)
    expect(wrong.stderr).toMatch(/a\.paxlab\.yaml:\d+:\d+: .*jump/)
    expect(await full.ended()).toBe(2)
    expect(full.stderr).toMatch(/is not empty: an experiment needs a directory of its own/)
    expect(await nothing.ended()).toBe(2)
    expect(nothing.stderr).toMatch(/neither an experiment nor a run/)
    expect(existsSync(at('never'))).toBe(false)
    expect(existsSync(at('runs'))).toBe(false)
  })
})
