/** Real Redis clients against a real node. */
import { spawnSync } from 'node:child_process'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually'
import { ask, NodeLab } from '../support/nodeLab'
import { tempDirectory } from '../support/nodeSupport'

async function leadingNode(): Promise<number> {
  const lab = await NodeLab.open(tempDirectory())
  const { clientPort } = await lab.start(1, [1])
  await eventually('a leader', async () => (await ask(clientPort, 'SET', 'a', '1')) === '+OK\r\n')
  return clientPort
}

function installed(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0
}

describe('ioredis', () => {
  it('connects, writes and reads bytes, pipelines, and quits', async () => {
    const redis = new Redis({ host: '127.0.0.1', port: await leadingNode(), connectionName: 'me' })
    onTestFinished(() => redis.disconnect())
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    expect(await redis.set('bin', bytes)).toBe('OK')
    expect(await redis.getBuffer('bin')).toEqual(bytes)
    expect(await redis.incr('n')).toBe(1)
    const results = await redis.pipeline().incr('n').get('n').mget('n', 'none').exec()
    expect(results).toEqual([
      [null, 2],
      [null, '2'],
      [null, ['2', null]],
    ])
    expect(await redis.client('GETNAME')).toBe('me')
    await expect(redis.call('NOPE')).rejects.toThrow("ERR unknown command 'NOPE'")
    expect(await redis.quit()).toBe('OK')
  })
})

describe('redis-cli and redis-benchmark', () => {
  it('run without an error', async ({ skip }) => {
    skip(!installed('redis-cli') || !installed('redis-benchmark'), 'they are not installed')
    const port = String(await leadingNode())
    const cli = spawnSync('redis-cli', ['-p', port], {
      input: 'SET key "two words"\nGET key\nNOPE\nINFO paxos\n',
      encoding: 'utf8',
    })
    expect(cli.stdout).toMatch(/^OK\n"?two words"?\n/)
    expect(cli.stdout).toContain("ERR unknown command 'NOPE'")
    expect(cli.stdout).toContain('role:leading')
    const args = [
      '-p',
      port,
      '-t',
      'ping,set,get,incr,mset',
      '-n',
      '500',
      '-c',
      '8',
      '-P',
      '4',
      '--csv',
    ]
    const bench = spawnSync('redis-benchmark', args, { encoding: 'utf8' })
    expect([bench.status, bench.stderr]).toEqual([0, ''])
    expect(bench.stdout).toMatch(/^"SET".*\n"GET".*\n"INCR"/m)
  })
})
