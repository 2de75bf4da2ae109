/** The built command line, for real: commands, JSON lines, exit codes, and no process left. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import type { Line } from '../support/cliProcess'
import { eventually } from '../support/eventually'
import { isAlive } from '../support/processTree'

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

function pidsOf(ready: Line): number[] {
  return (ready['nodes'] as { pid: number }[]).map(({ pid }) => pid)
}

async function allGone(pids: readonly number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0)
  await eventually('no node is left', () => !pids.some(isAlive))
}

const HELP: [args: string[], words: string][] = [
  [['--help'], 'doctor'],
  [['up', '--help'], '--client-port'],
  [['up', '--help'], 'partition 1,2 | 3,4,5'],
  [['run', '--help'], 'dueling-proposers'],
  [['serve', '--help'], '--port'],
  [['doctor', '-h'], '--json'],
]

const MISUSE: [args: string[], words: RegExp][] = [
  [[], /which command/],
  [['fly'], /no command "fly"/],
  [['up', '--nodes', '4'], /--nodes 4 is none of/],
  [['up', '--nodes'], /--nodes needs a value/],
  [['up', '--policy', 'lazy'], /--policy lazy/],
  [['up', '--client-port', '80'], /--client-port 80/],
  [['up', '--loud'], /no option --loud/],
  [['up', 'now'], /"now" is too much/],
  [['run'], /SCENARIO/],
  [['run', 'nothing'], /no scenario "nothing"/],
  [['run', './nothing.paxlab.yaml'], /there is no file/],
  [['run', 'first-choice', '--seed', 'x'], /--seed x/],
  [['serve', '--port', '70000'], /--port 70000/],
]

// All at once: each is a process that has nothing to do but to start and end.
describe('help and usage', () => {
  it('--help everywhere: on standard output, without colours, exit 0', async () => {
    const asked = HELP.map(([args, words]) => ({ words, help: cli(...args) }))
    for (const { words, help } of asked) {
      expect(await help.ended()).toBe(0)
      expect(help.stdout).toContain(words)
      expect(help.stdout).not.toContain('\u001b')
      expect(help.stderr).toBe('')
    }
  })

  it('a usage error: words on standard error, nothing on standard output, exit 2', async () => {
    const asked = MISUSE.map(([args, words]) => ({ words, misuse: cli(...args) }))
    for (const { words, misuse } of asked) {
      expect(await misuse.ended()).toBe(2)
      expect(misuse.stderr).toMatch(words)
      expect(misuse.stdout).toBe('')
    }
  })

  it('a usage error with --json is a result too', async () => {
    const process_ = cli('run', 'nothing', '--json')
    expect(await process_.ended()).toBe(2)
    expect(process_.lines).toMatchObject([{ verdict: 'unknown', measures: {}, runDir: null }])
  })
})

describe('up', () => {
  it('says ready in one line, answers each verb with one line, and leaves no process', async () => {
    const up = cli('up', '--nodes', '3', '--json')
    const ready = await up.ready()
    expect(ready).toMatchObject({ ready: true, cluster: expect.any(String), url: null })
    expect(ready['nodes']).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }])
    expect([1, 2, 3]).toContain(ready['leader'])
    expect(existsSync(String(ready['runDir']))).toBe(true)
    const pids = pidsOf(ready)
    expect(pids.every(isAlive)).toBe(true)

    expect(await up.type('write 3 k "a value"')).toMatchObject({ ok: true, outcome: 'ok' })
    expect(await up.type('read k')).toMatchObject({ verdict: 'chosen', value: 'a value' })
    expect(await up.type('get 1 k')).toMatchObject({ ok: true, reply: '"a value"' })
    expect(await up.type('do 2 INCR n')).toMatchObject({ ok: true, reply: '(integer) 1' })
    expect(await up.type('delay all 5 2')).toMatchObject({ ok: true, fault: 'f1' })
    expect(await up.type('heal f1')).toMatchObject({ ok: true })
    expect(await up.type('kill follower')).toMatchObject({ ok: true })
    expect(await up.type('write leader k again')).toMatchObject({ ok: true })
    expect(await up.type('heal all')).toMatchObject({ ok: true })
    expect(await up.type('status')).toMatchObject({ state: 'running', faults: [] })
    expect(await up.type('quit')).toMatchObject({ ok: true, verb: 'quit', verdict: 'valid' })

    expect(await up.ended()).toBe(0)
    const last = up.lines.at(-1)
    expect(last).toMatchObject({ verdict: 'valid', runDir: ready['runDir'] })
    expect(last?.['measures']).toMatchObject({ acked: expect.any(Number) })
    await allGone(pids)
  })

  it('an unknown, malformed or impossible verb gets an error line and changes nothing', async () => {
    const up = cli('up', '--nodes', '3', '--json')
    await up.ready()
    const before = await up.type('status')
    expect(await up.type('jump 2')).toMatchObject({ ok: false, error: expect.any(String) })
    expect(await up.type('kill')).toMatchObject({ ok: false, usage: 'kill NODE' })
    expect(await up.type('kill 7')).toMatchObject({ ok: false, code: 'noSuchNode' })
    expect(await up.type('cut 1 9')).toMatchObject({ ok: false })
    expect(await up.type('restart 1')).toMatchObject({ ok: false, code: 'wrongState' })
    expect(await up.type('\u0000\u0001')).toMatchObject({ ok: false })
    const after = await up.type('status')
    const shapeOf = (line: Line) =>
      (line['nodes'] as { id: number; state: string; pid: number }[]).map(
        ({ id, state, pid }) => `${id} ${state} ${pid}`,
      )
    expect(shapeOf(after)).toEqual(shapeOf(before))
    expect(after['faults']).toEqual([])
  })

  it('a node that dies by itself is told on standard error and shown as failed', async () => {
    const up = cli('up', '--nodes', '3', '--json')
    const [pid = 0] = pidsOf(await up.ready())
    process.kill(pid, 'SIGKILL')
    await eventually('it is told', () => up.stderr.includes('node 1 ended by itself (SIGKILL)'))
    expect(await up.type('status')).toMatchObject({ nodes: [{ state: 'failed' }, {}, {}] })
    expect(await up.type('write 2 k v')).toMatchObject({ ok: true })
    expect(await up.type('restart 1')).toMatchObject({ ok: true })
  })

  it('direct mode refuses link faults in words, and serves clients', async () => {
    const up = cli('up', '--nodes', '3', '--direct', '--json')
    await up.ready()
    expect(await up.type('cut 1 2')).toMatchObject({ ok: false, code: 'directMode' })
    expect(await up.type('write 2 k v')).toMatchObject({ ok: true })
  })

  it('goes on without input until a signal, then ends in order', async () => {
    const up = cli('up', '--nodes', '3', '--json')
    up.child.stdin.end()
    const pids = pidsOf(await up.ready())
    expect(pids.every(isAlive)).toBe(true)
    up.child.kill('SIGTERM')
    await up.ended()
    expect(up.lines.at(-1)).toMatchObject({ reason: 'SIGTERM', runDir: expect.any(String) })
    await allGone(pids)
  })

  it('ends with its input once that has brought a line', async () => {
    const up = cli('up', '--nodes', '3', '--json')
    up.child.stdin.end('write 1 k v\n')
    const pids = pidsOf(await up.ready())
    expect(await up.ended()).toBe(0)
    expect(up.lines).toMatchObject([{ ready: true }, { verb: 'write' }, { verdict: 'valid' }])
    await allGone(pids)
  })

  it('--data: a second cluster goes on with the data of the first', async () => {
    const data = join(home.path, 'data')
    const first = cli('up', '--nodes', '3', '--json', '--data', data)
    await first.ready()
    await first.type('write 1 k kept')
    await first.type('quit')
    await first.ended()
    const second = cli('up', '--nodes', '3', '--json', '--data', data)
    await second.ready()
    expect(await second.type('get 2 k')).toMatchObject({ reply: '"kept"' })
  })

  it('a client port in use is named, with exit code 2', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const up = cli('up', '--nodes', '3', '--json', '--client-port', String(port))
    expect(await up.ended()).toBe(2)
    expect(up.lines).toMatchObject([{ verdict: 'unknown', error: expect.any(String) }])
    expect(up.stderr).toContain(String(port))
    taken.close()
  })

  it('--web serves the window and says where', async () => {
    const up = cli('up', '--nodes', '3', '--json', '--web')
    const ready = await up.ready()
    expect(ready['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/)
    const answer = await fetch(String(ready['url']))
    expect(answer.status).toBe(200)
    await answer.text()
    expect(await up.type('quit')).toMatchObject({ ok: true })
    await up.ended()
  })
})

describe('run', () => {
  it('first-choice --json: JSON lines, the last one the result, and a run directory', async () => {
    const out = join(home.path, 'runs')
    const run = cli('run', 'first-choice', '--json', '--seed', '42', '--out', out)
    expect(await run.ended()).toBe(0)
    const last = run.lines.at(-1)
    expect(last).toMatchObject({
      type: 'result',
      scenario: 'first-choice',
      seed: 42,
      verdict: 'valid',
      measures: { seed: 42, lastValue: 'hello', logsEqual: 'yes' },
    })
    expect(run.lines.slice(0, -1).every(({ type }) => type === 'step')).toBe(true)
    expect(String(last?.['runDir']).startsWith(out)).toBe(true)
    const result: unknown = JSON.parse(
      readFileSync(join(String(last?.['runDir']), 'result.json'), 'utf8'),
    )
    expect(result).toMatchObject({ verdict: 'valid', scenario: 'first-choice' })
    expect(run.stderr).toContain('The first choice')
  })

  it('dueling-proposers: 50 ballots undecided under eager, a value after the switch', async () => {
    const run = cli('run', 'dueling-proposers', '--json')
    expect(await run.ended(120_000)).toBe(0)
    const { verdict, measures } = run.lines.at(-1) as { verdict: string; measures: Line }
    expect(verdict).toBe('valid')
    expect(measures['undecidedBallotsMax']).toBeGreaterThanOrEqual(50)
    expect(measures['wastedPrepares']).toBeGreaterThanOrEqual(50)
    expect(measures).toMatchObject({
      policyBefore: 'eager',
      policyAfter: expect.stringContaining('exponential random back-off'),
      chosenAfterSwitch: 'yes',
      chosenValue: expect.stringContaining('SET '),
    })
  })

  const own = (rest: string): string => {
    const path = join(home.path, 'own.paxlab.yaml')
    const head = 'version: 1\nname: own\ntitle: Own\nsummary: Of the user.\nseconds: 1\n'
    writeFileSync(path, `${head}level: basic\ncluster:\n  nodes: 3\n${rest}`)
    return path
  }

  it('a file whose safety expectation does not hold is violated: exit 1', async () => {
    const step = 'steps:\n  - do: write 1 k v\n    expect:\n      - safety: lastWrite != ok\n'
    const run = cli('run', own(step), '--json')
    expect(await run.ended()).toBe(1)
    expect(run.lines.at(-1)).toMatchObject({ verdict: 'violated', scenario: 'own' })
  })

  it('a file whose condition never comes is unknown: exit 2', async () => {
    const run = cli('run', own('steps:\n  - when: faults > 3\n    within: 50ms\n'), '--json')
    expect(await run.ended()).toBe(2)
    expect(run.lines.at(-1)).toMatchObject({ verdict: 'unknown' })
  })

  it('a file with an error is refused with its place', async () => {
    const run = cli('run', own('steps:\n  - do: jump\n'))
    expect(await run.ended()).toBe(2)
    expect(run.stderr).toMatch(/own\.paxlab\.yaml:10:9: .*"jump" is not a verb/)
  })

  it('Ctrl-C, which reaches every process, ends a run in order: unknown, none left', async () => {
    const args = ['run', own('steps:\n  - when: faults > 3\n'), '--json']
    const run = new CliProcess(args, home.path, {}, true)
    await eventually('it waits', () => run.stderr.includes('waiting for at least 4 faults'))
    run.signalAll('SIGINT')
    expect(await run.ended()).toBe(2)
    const last = run.lines.at(-1)
    const reason = 'it was ended before its end: SIGINT'
    expect(last).toMatchObject({ verdict: 'unknown', reason, report: expect.any(String) })
    expect(readFileSync(String(last?.['report']), 'utf8')).toContain(reason)
    // Its record is whole and sound, and the run is unknown all the same.
    const check = cli('check', String(last?.['runDir']), '--json')
    expect(await check.ended()).toBe(2)
    expect(check.lines.at(-1)).toMatchObject({
      ...{ verdict: 'unknown', reason, events: { verdict: 'valid' } },
      runner: { verdict: 'unknown', reason },
    })
    const record = readFileSync(join(String(last?.['runDir']), 'events.ndjson'), 'utf8')
    const ends = [...record.matchAll(/"type":"nodeExited",.*?"code":(\S+?),.*?"injected":(\w+)/g)]
    expect(ends.map(([, code, injected]) => `${code} ${injected}`)).toEqual(
      Array.from({ length: 3 }, () => '0 true'),
    )
    const pids = [...record.matchAll(/"type":"nodeStarted","node":\d,"pid":(\d+)/g)]
    await allGone(pids.map(([, pid]) => Number(pid)))
  })
})

describe('serve and doctor', () => {
  it('serve prints a link and ends on SIGTERM with 0', async () => {
    const serve = cli('serve', '--json')
    const ready = await serve.ready()
    expect(ready['url']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#/)
    serve.child.kill('SIGTERM')
    expect(await serve.ended()).toBe(0)
    expect(serve.lines.at(-1)).toMatchObject({ verdict: 'valid' })
  })

  it('doctor says in plain words what it found', async () => {
    const doctor = cli('doctor', '--json')
    expect(await doctor.ended()).toBe(0)
    const checks = doctor.lines.slice(0, -1).map(({ check }) => check)
    for (const check of [
      'node',
      'electron',
      'pack',
      'browser',
      'flush',
      'ports',
      'files',
      'disk',
    ]) {
      expect(checks).toContain(check)
    }
    expect(doctor.lines.at(-1)).toMatchObject({
      verdict: 'valid',
      measures: { flushesPerSecond: expect.any(Number) },
    })
  })
})
