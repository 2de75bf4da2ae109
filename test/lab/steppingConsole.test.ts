/** redis-cli and the console side by side: a client waits while a person lets single frames go. */
import { spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from '../../src/shared/zod'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
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

const Ready = z.object({
  leader: z.number(),
  nodes: z.array(
    z.object({ id: z.number(), pid: z.number(), client: z.object({ port: z.number() }) }),
  ),
})
const Steps = z.object({
  ok: z.literal(true),
  steps: z.array(z.object({ events: z.array(z.looseObject({ type: z.string() })) })),
})
const Choices = z.object({
  choices: z.object({
    framesTotal: z.number(),
    nodes: z.array(z.object({ node: z.number(), requests: z.array(z.looseObject({})) })),
  }),
})

/** What the client was told so far; `redis-cli` where it is installed, else the wire itself. */
function setByClient(port: number, key: string, value: string): () => string {
  let text = ''
  const take = (chunk: Buffer): void => void (text += chunk.toString())
  if (spawnSync('redis-cli', ['--version']).error === undefined) {
    const child = spawn('redis-cli', ['-p', String(port), 'SET', key, value])
    child.stdout.on('data', take)
  } else {
    const socket = connect(port, '127.0.0.1', () => socket.write(`SET ${key} ${value}\r\n`))
    socket.on('data', take)
  }
  return () => text
}

it('a value is chosen at exactly the `accepted` that is let go last', async () => {
  const cli = new CliProcess(['up', '--nodes', '5', '--json'], home.path)
  const { leader, nodes } = Ready.parse(await cli.ready())
  const port = nodes.find(({ id }) => id === leader)?.client.port ?? 0
  const [one = 0, two = 0, ...rest] = nodes.map(({ id }) => id).filter((id) => id !== leader)
  await cli.type('step on')
  const step = async (line: string): Promise<string[]> => {
    const answer = await cli.type(`step ${line}`)
    const [done] = Steps.parse(answer).steps
    return (done?.events ?? []).map(({ type }) => type)
  }
  const choices = async () => Choices.parse(await cli.type('step')).choices
  while ((await choices()).framesTotal > 0) await step('next')

  const told = setByClient(port, 'city', 'Oslo')
  await eventually('the request waits at its node', async () => {
    const own = (await choices()).nodes.find(({ node }) => node === leader)
    return (own?.requests.length ?? 0) > 0
  })
  expect(await step(`client ${leader}`)).toContain('issued')
  for (const node of [one, two, ...rest]) {
    expect(await step(`deliver ${leader} > ${node} accept`)).toContain('voted')
  }
  // All five have voted, and no node knows it: the leader has heard of its own vote alone.
  expect(await step(`deliver ${one} > ${leader} accepted`)).not.toContain('chosen')
  expect(told()).toBe('')
  expect(await step(`deliver ${two} > ${leader} accepted`)).toContain('chosen')
  await eventually('the client is told', () => /OK/.test(told()))

  await cli.type('step off')
  expect(await cli.type(`get ${one} city`)).toMatchObject({ outcome: 'ok', reply: '"Oslo"' })
  // In the middle of a step: nothing is left of it.
  await cli.type('step on')
  cli.child.kill('SIGKILL')
  await eventually('no node is left', () => !nodes.some(({ pid }) => isAlive(pid)))
})
