/** The built browser host as a program: `npm start` without Electron ends up here. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { socketChannel } from '../../src/shared/channel'
import { connectLab } from '../../src/shared/rpc'
import { builtEntry } from '../support/built'
import { eventually } from '../support/eventually'
import { openSession, openSocket } from '../support/hostSources'
import { childPids, isAlive } from '../support/processTree'

const LINK = /http:\/\/127\.0\.0\.1:(\d+)\/#t=[\w-]{43}/g

let folder: string
let child: ChildProcess
let stdout: string
let stderr: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paxos-lab-web-'))
  stdout = ''
  stderr = ''
})
afterEach(async () => {
  child.kill('SIGTERM')
  await eventually('the program ends', () => child.exitCode !== null || child.signalCode)
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

function run(...args: readonly string[]): void {
  const entry = builtEntry('web')
  child = spawn(process.execPath, [entry, '--runs', folder, ...args], { cwd: folder })
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')))
}

const links = () => [...stdout.matchAll(LINK)]
const exited = () => eventually('the exit', () => child.exitCode !== null || child.signalCode)

describe('web', () => {
  it('prints the link on a line of its own, and another when it was used', async () => {
    run()
    const [first] = await eventually('a link', () => (links().length === 1 ? links() : null))
    expect(stdout).toBe(`${first?.[0]}\n`)
    const port = Number(first?.[1])
    const cookie = await openSession({ url: first?.[0] ?? '', port })
    expect(cookie).toMatch(/^paxosLab\d+=/)
    const [, second] = await eventually('a fresh link', () => links().length === 2 && links())
    expect(second?.[1]).toBe(String(port))
    expect(second?.[0]).not.toBe(first?.[0])
    expect(stderr).toBe('')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s leaves no process behind',
    async (signal) => {
      run()
      const [link] = await eventually('a link', () => links().length > 0 && links())
      const port = Number(link?.[1])
      const socket = await openSocket(port, await openSession({ url: link?.[0] ?? '', port }))
      const client = connectLab(socketChannel(socket))
      await client.call.startCluster({ ...DEFAULT_CLUSTER, nodes: 3, policy: LEADER_POLICY })
      const children = childPids(child.pid ?? 0)
      expect(children).toHaveLength(4)
      child.kill(signal)
      await exited()
      expect(child.exitCode).toBe(0)
      expect(children.filter(isAlive)).toEqual([])
    },
  )

  it.each([
    [['--port', '70000'], /--port 70000 is not a port/],
    [['--port', 'x'], /--port x is not a port/],
    [['--nonsense'], /nonsense/],
  ])('refuses %j in words', async (args, words) => {
    run(...args)
    await exited()
    expect(child.exitCode).toBe(2)
    expect(stderr).toMatch(words)
    expect(stdout).toBe('')
  })
})
